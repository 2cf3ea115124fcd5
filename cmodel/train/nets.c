/* The networks as tables. A new network is a new table and one line in `nets`.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "train/train.h"

#define ROWS(table) table, sizeof table / sizeof *table
#define CONV(name, from, channels, kernel, stride)                                                 \
  { TRAIN_CONV, name, {from, NULL}, channels, kernel, stride, false }
#define BN(name)                                                                                   \
  { TRAIN_BN, name, {NULL, NULL}, 0, 0, 0, false }
#define BN_RELU(name)                                                                              \
  { TRAIN_BN, name, {NULL, NULL}, 0, 0, 0, true }
#define ADD_RELU(name, a, b)                                                                       \
  { TRAIN_ADD, name, {a, b}, 0, 0, 0, true }
#define POOL(name)                                                                                 \
  { TRAIN_POOL, name, {NULL, NULL}, 0, 0, 0, false }
#define FC(name, channels)                                                                         \
  { TRAIN_FC, name, {NULL, NULL}, channels, 0, 0, false }

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

static const train_net nets[] = {
    {"resnet8", 32, 32, 3, 10, ROWS(resnet8)},
    {"resnet20", 32, 32, 3, 10, ROWS(resnet20)},
};
enum { NETS = sizeof nets / sizeof *nets };

const train_net *train_net_find(const char *name, vmac_err *err) {
  const char *names[NETS];
  for (size_t i = 0; i < NETS; i++) {
    names[i] = nets[i].name;
    if (!strcmp(name, names[i])) return &nets[i];
  }
  const char *near = vmac_nearest(name, names, NETS);
  vmac_fail(err, "no network '%s'; %s'%s'", name, near ? "did you mean " : "there is ",
            near ? near : names[0]);
  return NULL;
}
