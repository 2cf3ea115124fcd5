/* The networks as tables. A new network is a new table and one line in `nets`.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "train/train.h"

#define ROWS(table) table, sizeof table / sizeof *table
#define CONV(label, source, outputs, side, step)                                                   \
  {                                                                                                \
    .kind = TRAIN_CONV, .name = label, .from = {source}, .channels = outputs, .kernel = side,      \
    .stride = step                                                                                 \
  }
#define CONV_VALID(label, outputs, side)                                                           \
  {                                                                                                \
    .kind = TRAIN_CONV, .name = label, .channels = outputs, .kernel = side, .stride = 1,           \
    .valid = true                                                                                  \
  }
#define DEPTHWISE(label, step)                                                                     \
  { .kind = TRAIN_DEPTHWISE, .name = label, .kernel = 3, .stride = step }
#define BN(label)                                                                                  \
  { .kind = TRAIN_BN, .name = label }
#define BN_RELU(label)                                                                             \
  { .kind = TRAIN_BN, .name = label, .relu = true }
#define BIAS_RELU(label)                                                                           \
  { .kind = TRAIN_BIAS, .name = label, .relu = true }
#define ADD_RELU(label, a, b)                                                                      \
  { .kind = TRAIN_ADD, .name = label, .from = {a, b}, .relu = true }
#define POOL(label)                                                                                \
  { .kind = TRAIN_POOL, .name = label }
#define MAXPOOL(label)                                                                             \
  { .kind = TRAIN_MAXPOOL, .name = label, .kernel = 2, .stride = 2, .valid = true }
#define FC(label, outputs)                                                                         \
  { .kind = TRAIN_FC, .name = label, .channels = outputs }
#define FC_RELU(label, outputs)                                                                    \
  { .kind = TRAIN_FC, .name = label, .channels = outputs, .relu = true }

/* ResNet-8 of MLPerf Tiny (image classification). At inference it is that network exactly; in
 * training the two 1x1 shortcuts carry a batch norm too, which folds into their bias. */
static const train_row resnet8[] = {
    CONV("stem.conv", NULL, 16, 3, 1),
    BN_RELU("stem.bn"),
    CONV("b1.conv1", NULL, 16, 3, 1),
    BN_RELU("b1.bn1"),
    CONV("b1.conv2", NULL, 16, 3, 1),
    BN("b1.bn2"),
    ADD_RELU("b1.add", NULL, "stem.bn"),
    CONV("b2.conv1", NULL, 32, 3, 2),
    BN_RELU("b2.bn1"),
    CONV("b2.conv2", NULL, 32, 3, 1),
    BN("b2.bn2"),
    CONV("b2.skip", "b1.add", 32, 1, 2),
    BN("b2.skip_bn"),
    ADD_RELU("b2.add", "b2.bn2", NULL),
    CONV("b3.conv1", NULL, 64, 3, 2),
    BN_RELU("b3.bn1"),
    CONV("b3.conv2", NULL, 64, 3, 1),
    BN("b3.bn2"),
    CONV("b3.skip", "b2.add", 64, 1, 2),
    BN("b3.skip_bn"),
    ADD_RELU("b3.add", "b3.bn2", NULL),
    POOL("pool"),
    FC("fc", 10),
};

/* ResNet-20 for CIFAR-10 (He et al., CVPR 2016); 1x1 convolutions where the stages change. */
#define BLOCK(name, channels, from)                                                                \
  CONV(name ".conv1", NULL, channels, 3, 1), BN_RELU(name ".bn1"),                                 \
      CONV(name ".conv2", NULL, channels, 3, 1), BN(name ".bn2"),                                  \
      ADD_RELU(name ".add", NULL, from)
#define STAGE(name, channels, from)                                                                \
  CONV(name ".conv1", NULL, channels, 3, 2), BN_RELU(name ".bn1"),                                 \
      CONV(name ".conv2", NULL, channels, 3, 1), BN(name ".bn2"),                                  \
      CONV(name ".skip", from, channels, 1, 2), BN(name ".skip_bn"),                               \
      ADD_RELU(name ".add", name ".bn2", NULL)
static const train_row resnet20[] = {
    CONV("stem.conv", NULL, 16, 3, 1),
    BN_RELU("stem.bn"),
    BLOCK("b1", 16, "stem.bn"),
    BLOCK("b2", 16, "b1.add"),
    BLOCK("b3", 16, "b2.add"),
    STAGE("b4", 32, "b3.add"),
    BLOCK("b5", 32, "b4.add"),
    BLOCK("b6", 32, "b5.add"),
    STAGE("b7", 64, "b6.add"),
    BLOCK("b8", 64, "b7.add"),
    BLOCK("b9", 64, "b8.add"),
    POOL("pool"),
    FC("fc", 10),
};

/* LeNet-5 (LeCun et al., Proc. IEEE 1998) with ReLU for tanh, max pooling for trainable
 * subsampling, every map of C3 reading all maps of S2, and softmax outputs. */
static const train_row lenet5[] = {
    CONV("c1", NULL, 6, 5, 1), BIAS_RELU("c1.bias"), MAXPOOL("s2"),
    CONV_VALID("c3", 16, 5),   BIAS_RELU("c3.bias"), MAXPOOL("s4"),
    FC_RELU("c5", 120),        FC_RELU("f6", 84),    FC("fc", 10),
};

/* The plan of VGG (Simonyan, Zisserman, ICLR 2015) at a width for 32x32 images: 3x3 convolutions
 * one behind the other, max pooling between stages that double the channels; the mean of the last
 * map stands for its wide fully connected layers. */
#define PLAIN(name, channels) CONV(name ".conv", NULL, channels, 3, 1), BN_RELU(name ".bn")
static const train_row vgg7[] = {
    PLAIN("b1", 32),  PLAIN("b2", 32),  MAXPOOL("pool1"), PLAIN("b3", 64),
    PLAIN("b4", 64),  MAXPOOL("pool2"), PLAIN("b5", 128), PLAIN("b6", 128),
    MAXPOOL("pool3"), PLAIN("b7", 256), POOL("pool"),     FC("fc", 10),
};

/* MobileNet v1 (Howard et al., 2017), its block of a depthwise and a pointwise convolution, for
 * 32x32 images: no map is larger than 32x32x32. */
#define SEPARABLE(name, channels, stride)                                                          \
  DEPTHWISE(name ".dw", stride), BN_RELU(name ".dw_bn"), CONV(name ".pw", NULL, channels, 1, 1),   \
      BN_RELU(name ".pw_bn")
static const train_row mobilenet[] = {
    CONV("stem.conv", NULL, 32, 3, 1),
    BN_RELU("stem.bn"),
    SEPARABLE("b1", 32, 1),
    SEPARABLE("b2", 96, 2),
    SEPARABLE("b3", 96, 1),
    SEPARABLE("b4", 96, 1),
    SEPARABLE("b5", 192, 2),
    SEPARABLE("b6", 192, 1),
    SEPARABLE("b7", 192, 1),
    POOL("pool"),
    FC("fc", 10),
};

enum { BLACK = 0, GRAY = 128 };
static const train_net nets[] = {
    {"resnet8", 32, 32, 3, 10, GRAY, ROWS(resnet8)},
    {"resnet20", 32, 32, 3, 10, GRAY, ROWS(resnet20)},
    {"lenet5", 28, 28, 1, 10, BLACK, ROWS(lenet5)},
    {"vgg7", 32, 32, 3, 10, GRAY, ROWS(vgg7)},
    {"mobilenet", 32, 32, 3, 10, GRAY, ROWS(mobilenet)},
};
enum { NETS = sizeof nets / sizeof *nets };

const train_net *train_net_at(size_t i) {
  return i < NETS ? &nets[i] : NULL;
}

const train_net *train_net_find(const char *name, vmac_err *err) {
  const char *names[NETS];
  for (size_t i = 0; i < NETS; i++) {
    names[i] = nets[i].name;
    if (!strcmp(name, names[i])) return &nets[i];
  }
  const char *near = vmac_nearest(name, names, NETS);
  char all[32 * NETS] = "there are";
  for (size_t i = 0, at = strlen(all); i < NETS; i++)
    at += (size_t)snprintf(all + at, sizeof all - at, "%s %s", i ? "," : "", names[i]);
  if (near)
    vmac_fail(err, "no network '%s'; did you mean '%s'?", name, near);
  else
    vmac_fail(err, "no network '%s'; %s", name, all);
  return NULL;
}

bool train_load_images(vmac_dataset *data, const char *spec, const train_net *net, vmac_err *err) {
  if (!vmac_dataset_load(data, spec, err)) return false;
  if (data->h == net->h && data->w == net->w && data->c == net->c && data->classes <= net->classes)
    return true;
  vmac_fail(err, "%s: images of %dx%dx%d in %d classes do not fit network %s (%dx%dx%d, %d)", spec,
            data->h, data->w, data->c, data->classes, net->name, net->h, net->w, net->c,
            net->classes);
  vmac_dataset_free(data);
  return false;
}
