// vmac_parse: reads the program stream and hands every piece to the unit that waits for it
//
// Contract: after start_i, one packet is taken: HEADER, jobs with their payloads, END (the layout
//   of every beat stands in cmodel/program/program.h). A beat is accepted when its taker is free,
//   so the stream runs ahead of the computation by one job context, one set of output channels, one
//   tile of entries and weights. done_o comes one cycle long when END has passed and everything
//   computed has left (idle_i).
//   A faulty packet is swallowed up to its TLAST; only where nothing but END's own TLAST is missing
//   the run ends with END. abort_i ends a packet anywhere. Then what was in flight is dropped
//   (flush_o), the results before it leave, a packet of results that is open_i is closed by
//   close_o, and done_o comes, after a fault with error_o != 0. The rest of a packet that was not
//   taken up to its TLAST is dropped after the next start_i, before the HEADER: up to that TLAST,
//   or to a beat that begins with the magic word.
//   The stream comes through a register of two places, which may fill while s_open_o: from start_i
//   on, not behind the packet's TLAST (s_ended_i: what went in last had one, and is still inside),
//   and no more after an abort, which drops what is inside.
//   Jobs go to the executor (job_*; job_follows_o: one may start while results of the job before
//   are in flight), or are INPUT and carried out here (in_*). A set (set_*), a tile (tile_*) and
//   its coefficients (coef_*) each have a valid that their taker clears.
// Not: any arithmetic on operands; addresses; the meaning of most job fields.
//
// SPDX-License-Identifier: Apache-2.0
`include "vmac_csr_codes.vh"
`include "vmac_job.vh"
`default_nettype none

module vmac_parse #(
  // what the header must name
  parameter integer CELL = 0,
  parameter integer SIGNED = 0,
  parameter integer ROWS = 16,
  parameter integer COLS = 16,
  parameter integer OPT_CORRECTION = 1,
  parameter integer OPT_KTILE = 0,
  parameter integer OPT_MODE = 0,
  parameter integer BUF_DEPTH = 4096,
  // bytes of a beat: 16, 32 or 64
  parameter integer BEAT = 16,
  // the cells of the PEs (vmac_array)
  parameter [8*ROWS*COLS-1:0] MAP = {(ROWS * COLS){CELL[7:0]}},
  // planes of PHI and their tables (vmac_side)
  parameter integer PHI_RANK = 1,
  parameter [2048*(PHI_RANK < 1 ? 1 : PHI_RANK)-1:0] PHI = 0
) (
  input  wire              clk,
  input  wire              rst,
  input  wire              start_i,
  input  wire              abort_i,
  output wire              busy_o,
  output wire              done_o,
  // 0, or the error code (rtl/csr.tbl) that goes with done_o
  output wire [3:0]        error_o,
  output wire              flush_o,
  // nothing is computed, written or waiting to leave; an executor's complaint about a job
  input  wire              idle_i,
  input  wire              illegal_i,
  // results have left or wait whose packet has no TLAST yet; it gets one
  input  wire              open_i,
  output wire              close_o,
  // the program stream
  input  wire [8*BEAT-1:0] s_tdata_i,
  input  wire              s_tvalid_i,
  input  wire              s_tlast_i,
  output wire              s_tready_o,
  input  wire              s_ended_i,
  output wire              s_open_o,
  // a job for the executor: its 16 words; and those of the job it took last
  output wire [511:0]      job_o,
  output wire              job_valid_o,
  output wire              job_follows_o,
  input  wire              job_take_i,
  output wire [511:0]      work_o,
  // a set of output channels: its SET beat's first 4 words. set_valid_o tells the executor, who
  // takes it at the set's start; the place is free when the set's first result is written.
  output wire [127:0]      set_o,
  output wire              set_valid_o,
  input  wire              set_take_i,
  input  wire              set_written_i,
  // coefficient records, the last column's first, not taken (k_ready_i) while coef_valid_o; two
  // beats' words where there may be more than one sum of X. k_last_o: of the set's last tile, they
  // come with the set's scales
  output wire              k_valid_o,
  input  wire              k_ready_i,
  output wire [255:0]      k_o,
  output wire              k_last_o,
  output wire              coef_valid_o,
  // entries: the beat holds rows from e_beat_o * BEAT / 4 on
  output wire              e_valid_o,
  output wire [3:0]        e_beat_o,
  // weights, column c at [8*c +: 8]; the row they are for
  output wire              w_valid_o,
  input  wire              w_ready_i,
  output wire [5:0]        w_row_o,
  // the modes that go with them, column c's at [4*c +: 4]
  output wire [4*COLS-1:0] w_mode_o,
  // entries and weights of a tile are loaded; taken with its first pixel, and its coefficients too
  output wire              tile_valid_o,
  input  wire              tile_take_i,
  input  wire              tile_last_i,
  // network input for the buffers: one word, all lanes
  output wire              in_valid_o,
  output wire              in_dst_o,
  output wire [15:0]       in_addr_o
);

  localparam integer WORDS       = BEAT / 4;
  localparam integer JOB_BEATS   = 16 / WORDS;
  localparam integer ENTRY_BEATS = (ROWS + WORDS - 1) / WORDS;

  localparam integer LAST_JOB = JOB_BEATS - 1, LAST_K = COLS - 1, LAST_E = ENTRY_BEATS - 1,
                     LAST_W = ROWS - 1;

  // Those that read nothing have the upper two bits.
  localparam [3:0] HEADER = 4'd0, JOB = 4'd1, INPUT = 4'd2, SET = 4'd3, COEF = 4'd4, PLANES = 4'd5,
                   ENTRY = 4'd6, MODE = 4'd7, WEIGHT = 4'd8, SWALLOW = 4'd9,
                   IDLE = 4'd12, FLUSH = 4'd13, DRAIN = 4'd14, DONE = 4'd15;

  // how a row's weights begin, and a tile that is not its set's last
  localparam [3:0] ROW  = OPT_MODE != 0 ? MODE : WEIGHT;
  localparam [3:0] TILE = OPT_KTILE != 0 ? COEF : ENTRY;

  // a record has a second beat
  localparam integer PAIR = OPT_CORRECTION == 2 || (OPT_CORRECTION == 3 && PHI_RANK > 1) ? 1 : 0;

  reg [3:0]   state_q;
  reg [3:0]   error_q;
  // the beat taken last had no TLAST; the run is one that ends early
  reg         inside_q;
  reg         cut_q;
  // an abort: what had come by then is dropped
  reg         drop_q;
  reg         differs_q;
  reg [127:0] set_q;
  reg         set_full_q;
  reg         set_valid_q;
  reg         coef_valid_q;
  reg         tile_valid_q;
  reg [15:0]  set_count_q;
  reg [15:0]  tile_count_q;
  // beats of the piece being read
  reg [15:0]  beat_q;
  reg [127:0] record_q;
  reg [4*COLS-1:0] mode_q;

  wire [31:0] w0 = s_tdata_i[31:0];

  // ---- the job being read: its words so far, and with this beat ---------------------------------

  wire [511:0] next_job;
  wire [511:0] job;
  wire         job_valid;
  wire         load_job;
  wire         offer_job;

  vmac_context #(
    .BEAT(BEAT)
  ) u_context (
    .clk(clk),
    .rst(rst || flush_o),
    .load_i(load_job),
    .beat_i(s_tdata_i),
    .offer_i(offer_job),
    .loaded_o(job),
    .next_o(next_job),
    .valid_o(job_valid),
    .take_i(job_take_i),
    .work_o(work_o)
  );

  // Jobs are compared as they come: the words before stand where these push them out.
  wire differs;

  vmac_alike #(
    .BEAT(BEAT)
  ) u_alike (
    .valid_i(load_job),
    .now_i(s_tdata_i),
    .old_i(next_job[8*BEAT-1:0]),
    .part_i(beat_q[1:0]),
    .differs_o(differs)
  );

  wire [15:0] k_tiles = next_job[`VMAC_JOB_K_TILES];
  wire        is_mac  = next_job[`VMAC_JOB_KIND] == `VMAC_KIND_MAC;

  // A job as it would stand after this beat.
  wire [3:0]  new_kind    = job[`VMAC_JOB_KIND];
  wire [15:0] new_k_tiles = job[`VMAC_JOB_K_TILES];
  wire        new_input   = new_kind == `VMAC_KIND_INPUT;
  wire        new_mac     = new_kind == `VMAC_KIND_MAC;
  wire        new_vector  = !new_input && !new_mac;

  // ---- what each state waits for ----------------------------------------------------------------

  reg ready;
  always @*
    case (state_q)
      HEADER, SWALLOW, MODE: ready = 1'b1;
      JOB:     ready = !job_valid;
      INPUT:   ready = idle_i;
      SET:     ready = !set_full_q;
      COEF:    ready = PAIR != 0 || k_ready_i;
      PLANES:  ready = k_ready_i;
      ENTRY:   ready = !tile_valid_q;
      WEIGHT:  ready = w_ready_i;
      default: ready = 1'b0;
    endcase

  wire take      = s_tvalid_i && ready;
  wire drop      = s_tvalid_i && drop_q;
  wire last_job  = beat_q == LAST_JOB[15:0];
  wire last_k    = beat_q == LAST_K[15:0];
  wire last_e    = beat_q == LAST_E[15:0];
  wire last_w    = beat_q == LAST_W[15:0];
  wire drained   = state_q == DRAIN && idle_i && !job_valid;
  // a beat of a packet before
  wire stale     = state_q == HEADER && inside_q && w0 != `VMAC_STREAM_MAGIC;

  assign load_job = take && state_q == JOB;

  // What a beat is counts where one is taken (vmac_assert.vh: why the code has this shape).
  reg is_end, last_in, last_tile, last_set;
  always @* begin
    is_end    = 1'b0;
    last_in   = 1'b0;
    last_tile = 1'b0;
    last_set  = 1'b0;
    if (take) begin
      is_end    = load_job && beat_q == 16'd0 && w0[`VMAC_JOB_KIND] == `VMAC_KIND_END;
      last_in   = {16'd0, beat_q} == next_job[`VMAC_JOB_IN_BEATS] - 32'd1;
      last_tile = tile_count_q == k_tiles - 16'd1;
      last_set  = set_count_q == next_job[`VMAC_JOB_SETS] - 16'd1;
    end
  end

  wire [31:0] sum;

  vmac_checksum #(
    .BEAT(BEAT)
  ) u_checksum (
    .clk(clk),
    .clear_i(state_q == IDLE),
    .valid_i(take && state_q != INPUT && !stale),
    .beat_i(s_tdata_i),
    .sum_o(sum)
  );

  // ---- the state after a beat that is in order --------------------------------------------------

  reg [3:0] next;
  always @* begin
    next = state_q;
    if (take)
      case (state_q)
        HEADER:  next = stale ? HEADER : JOB;
        JOB:     next = is_end ? DRAIN
                      : !last_job ? JOB
                      : new_input ? INPUT
                      : new_vector || new_k_tiles == 16'd1 ? SET : TILE;
        INPUT:   next = last_in ? JOB : INPUT;
        SET:     next = is_mac ? COEF : last_set ? JOB : SET;
        COEF:    next = PAIR != 0 ? PLANES : last_k ? ENTRY : COEF;
        PLANES:  next = last_k ? ENTRY : COEF;
        ENTRY:   next = last_e ? ROW : ENTRY;
        MODE:    next = WEIGHT;
        WEIGHT:  next = !last_w ? ROW
                      : last_tile && last_set ? JOB
                      : last_tile ? (k_tiles == 16'd1 ? SET : TILE)
                      : tile_count_q + 16'd2 == k_tiles ? SET : TILE;
        default: next = state_q;
      endcase
  end

  wire [3:0] wrong;

  vmac_parse_check #(
    .CELL(CELL),
    .SIGNED(SIGNED),
    .ROWS(ROWS),
    .COLS(COLS),
    .OPT_CORRECTION(OPT_CORRECTION),
    .OPT_KTILE(OPT_KTILE),
    .OPT_MODE(OPT_MODE),
    .BUF_DEPTH(BUF_DEPTH),
    .MAP(MAP),
    .PHI_RANK(PHI_RANK),
    .PHI(PHI)
  ) u_check (
    .valid_i(take && state_q != SWALLOW),
    .beat_i(s_tdata_i[127:0]),
    .tlast_i(s_tlast_i),
    .header_i(state_q == HEADER && !stale),
    .end_i(is_end),
    .job_end_i(state_q == JOB && last_job),
    .stale_i(stale),
    .sum_i(sum),
    .job_i(job),
    .error_o(wrong)
  );

  wire bad = wrong != 4'd0;
  // a beat that is in order, in a run that goes on
  wire go  = take && state_q != SWALLOW && !bad && !abort_i && !illegal_i;

  assign offer_job = go && load_job && last_job && !is_end && !new_input;

  always @(posedge clk)
    if (rst) begin
      state_q      <= IDLE;
      error_q      <= 4'd0;
      inside_q     <= 1'b0;
      cut_q        <= 1'b0;
      drop_q       <= 1'b0;
      set_full_q   <= 1'b0;
      set_valid_q  <= 1'b0;
      coef_valid_q <= 1'b0;
      tile_valid_q <= 1'b0;
    end else begin
      if (take || drop) inside_q <= !s_tlast_i;
      if (set_take_i) set_valid_q <= 1'b0;
      if (set_written_i) set_full_q <= 1'b0;
      if (tile_take_i) begin
        tile_valid_q <= 1'b0;
        if (tile_last_i || OPT_KTILE != 0) coef_valid_q <= 1'b0;
      end

      if (state_q == IDLE) begin
        if (start_i) state_q <= HEADER;
        error_q <= 4'd0;
        cut_q   <= 1'b0;
        drop_q  <= 1'b0;
      end else if (state_q == DONE) begin
        state_q <= IDLE;
      end else if (state_q == FLUSH) begin
        state_q      <= DRAIN;
        cut_q        <= 1'b1;
        set_full_q   <= 1'b0;
        set_valid_q  <= 1'b0;
        coef_valid_q <= 1'b0;
        tile_valid_q <= 1'b0;
      end else if (abort_i) begin
        state_q <= FLUSH;
        drop_q  <= 1'b1;
      end else if (bad) begin
        error_q <= wrong;
        state_q <= s_tlast_i || is_end ? FLUSH : SWALLOW;
      end else if (illegal_i && state_q != SWALLOW) begin
        error_q <= `VMAC_CSR_ERROR_CODE_JOB;
        state_q <= (take && s_tlast_i) || state_q == DRAIN ? FLUSH : SWALLOW;
      end else if (state_q == DRAIN) begin
        if (drained && !close_o) state_q <= DONE;
      end else if (state_q == SWALLOW) begin
        if (take && s_tlast_i) state_q <= FLUSH;
      end else if (go) begin
        state_q <= next;
        if (state_q == SET) begin
          set_full_q  <= 1'b1;
          set_valid_q <= 1'b1;
        end
        if ((state_q == PLANES || (state_q == COEF && PAIR == 0)) && last_k)
          coef_valid_q <= 1'b1;
        if (state_q == WEIGHT && last_w) tile_valid_q <= 1'b1;
      end
    end

  always @(posedge clk)
    if (state_q == IDLE) beat_q <= 16'd0;
    else if (take)
      case (state_q)
        JOB: begin
          beat_q       <= is_end || last_job ? 16'd0 : beat_q + 16'd1;
          differs_q    <= (beat_q != 16'd0 && differs_q) || differs;
          set_count_q  <= 16'd0;
          tile_count_q <= 16'd0;
        end
        INPUT: beat_q <= last_in ? 16'd0 : beat_q + 16'd1;
        SET: begin
          set_q <= s_tdata_i[127:0];
          if (!is_mac) set_count_q <= set_count_q + 16'd1;
        end
        COEF: begin
          if (PAIR == 0) beat_q <= last_k ? 16'd0 : beat_q + 16'd1;
          record_q <= s_tdata_i[127:0];
        end
        PLANES: beat_q <= last_k ? 16'd0 : beat_q + 16'd1;
        MODE:   mode_q <= s_tdata_i[4*COLS-1:0];
        ENTRY:  beat_q <= last_e ? 16'd0 : beat_q + 16'd1;
        WEIGHT: begin
          beat_q <= last_w ? 16'd0 : beat_q + 16'd1;
          if (last_w) begin
            tile_count_q <= last_tile ? 16'd0 : tile_count_q + 16'd1;
            if (last_tile) set_count_q <= set_count_q + 16'd1;
          end
        end
        default: beat_q <= 16'd0;
      endcase

  wire unused_data = ^{next_job, job, record_q, mode_q};

  wire reads = state_q[3:2] != 2'b11;
  // the TLAST of a packet before is not this one's
  wire rest  = state_q == HEADER && inside_q;

  assign s_tready_o   = ready || drop;
  assign s_open_o     = start_i || (reads && (!s_ended_i || rest));
  assign busy_o       = state_q != IDLE;
  assign done_o       = state_q == DONE;
  assign flush_o      = state_q == FLUSH;
  assign error_o      = error_q;
  assign close_o      = drained && cut_q && open_i;
  assign job_o        = next_job;
  assign job_valid_o  = job_valid;
  assign job_follows_o = next_job[`VMAC_JOB_CONT] && !differs_q;
  assign set_o        = set_q;
  assign set_valid_o  = set_valid_q;
  assign coef_valid_o = coef_valid_q;
  assign k_valid_o    = s_tvalid_i && state_q == (PAIR != 0 ? PLANES : COEF);
  assign k_o          = PAIR != 0 ? {s_tdata_i[127:0], record_q} : {128'd0, s_tdata_i[127:0]};
  assign k_last_o     = OPT_KTILE == 0 || tile_count_q == k_tiles - 16'd1;
  assign e_valid_o    = take && state_q == ENTRY;
  assign e_beat_o     = beat_q[3:0];
  assign w_valid_o    = s_tvalid_i && state_q == WEIGHT;
  assign w_row_o      = ROWS[5:0] - 6'd1 - beat_q[5:0];
  assign w_mode_o     = mode_q;
  assign tile_valid_o = tile_valid_q;
  assign in_valid_o   = take && state_q == INPUT;
  assign in_dst_o     = next_job[`VMAC_JOB_DST];
  assign in_addr_o    = next_job[`VMAC_JOB_IN_ADDR] + beat_q;

endmodule

`default_nettype wire
