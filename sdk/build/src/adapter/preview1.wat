;; wasi_snapshot_preview1 over the contract. Two lines are filled in when it is made: the imports that
;; the permissions open, and what stands for those that they do not.
(module
  (import "env" "memory" (memory 0))
  (import "engraft:capability/fault@1.0.0" "report" (func $fault (param i32 i32)))
  ;;imports
  ;;functions

  ;; The scratch area of 8 KiB: 64 bytes for results, then a line of output, then what was said on
  ;; standard error, then what the host hands over.
  (global $line_max i32 (i32.const 2000))
  (global $said_max i32 (i32.const 2000))
  (global $fill (mut i32) (i32.const 0))
  (global $said (mut i32) (i32.const 0))
  (global $handed (mut i32) (i32.const 0))
  (func $line (result i32) (i32.add (call $scratch) (i32.const 64)))
  (func $saying (result i32) (i32.add (call $scratch) (i32.const 2112)))
  (func $hand (result i32) (i32.add (call $scratch) (i32.const 4160)))

  ;; Without the host's: 2000-01-01, and a microsecond for each look.
  (global $now (mut i64) (i64.const 946684800000000000))
  (global $seed (mut i64) (i64.const 0x2545F4914F6CDD1D))

  ;; Texts of errors and random bytes land here, and are gone with the next answer of the host.
  (func (export "cabi_import_realloc") (param $old i32) (param $old_size i32) (param $align i32) (param $size i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $handed) (i32.const 7)) (i32.const -8)))
    (if (i32.gt_u (i32.add (local.get $at) (local.get $size)) (i32.const 4000)) (then unreachable))
    (global.set $handed (i32.add (local.get $at) (local.get $size)))
    (i32.add (call $hand) (local.get $at)))

  ;; Standard error is remembered, because the last thing it says may be why the program dies.
  (func $remember (param $from i32) (param $len i32)
    (local $room i32)
    (local.set $room (i32.sub (global.get $said_max) (global.get $said)))
    (if (i32.gt_u (local.get $len) (local.get $room)) (then (local.set $len (local.get $room))))
    (memory.copy (i32.add (call $saying) (global.get $said)) (local.get $from) (local.get $len))
    (global.set $said (i32.add (global.get $said) (local.get $len)))
    (call $fault (call $saying) (global.get $said)))

  (func $end_line (param $level i32)
    (if (global.get $fill) (then
      (global.set $handed (i32.const 0))
      (call $log (local.get $level) (call $line) (global.get $fill) (i32.const 8) (i32.const 0) (call $scratch))))
    (global.set $fill (i32.const 0)))

  (func $put (param $level i32) (param $byte i32)
    (if (i32.eq (local.get $byte) (i32.const 10))
      (then (call $end_line (local.get $level)))
      (else
        (i32.store8 (i32.add (call $line) (global.get $fill)) (local.get $byte))
        (global.set $fill (i32.add (global.get $fill) (i32.const 1)))
        (if (i32.ge_u (global.get $fill) (global.get $line_max))
          (then (call $end_line (local.get $level)))))))

  (func (export "fd_write") (param $fd i32) (param $vectors i32) (param $count i32) (param $written i32) (result i32)
    (local $level i32) (local $sum i32) (local $at i32) (local $len i32) (local $index i32)
    (if (i32.or (i32.eqz (local.get $fd)) (i32.gt_u (local.get $fd) (i32.const 2)))
      (then (return (i32.const 8))))
    ;; The contract's levels: info is 2, error is 4.
    (local.set $level (i32.mul (local.get $fd) (i32.const 2)))
    (block $done (loop $vector
      (br_if $done (i32.eqz (local.get $count)))
      (local.set $at (i32.load (local.get $vectors)))
      (local.set $len (i32.load offset=4 (local.get $vectors)))
      (if (i32.eq (local.get $fd) (i32.const 2)) (then (call $remember (local.get $at) (local.get $len))))
      (local.set $index (i32.const 0))
      (block $end (loop $byte
        (br_if $end (i32.ge_u (local.get $index) (local.get $len)))
        (call $put (local.get $level) (i32.load8_u (i32.add (local.get $at) (local.get $index))))
        (local.set $index (i32.add (local.get $index) (i32.const 1)))
        (br $byte)))
      (local.set $sum (i32.add (local.get $sum) (local.get $len)))
      (local.set $vectors (i32.add (local.get $vectors) (i32.const 8)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br $vector)))
    ;; A dying program prints in pieces; a living one means what it writes at once as one line.
    (if (i32.eq (local.get $fd) (i32.const 1)) (then (call $end_line (local.get $level))))
    (i32.store (local.get $written) (local.get $sum))
    (i32.const 0))

  (func $tick (result i64)
    (global.set $now (i64.add (global.get $now) (i64.const 1000)))
    (global.get $now))
  (func (export "clock_time_get") (param $which i32) (param $precision i64) (param $out i32) (result i32)
    (local $results i32)
    (local.set $results (call $scratch))
    (global.set $handed (i32.const 0))
    (if (i32.eqz (local.get $which))
      (then
        (call $host_now (local.get $results))
        (i64.store (local.get $out)
          (if (result i64) (i32.load8_u (local.get $results))
            (then (call $tick))
            (else (i64.add
              (i64.mul (i64.load offset=8 (local.get $results)) (i64.const 1000000000))
              (i64.load32_u offset=16 (local.get $results)))))))
      (else
        (call $host_monotonic (local.get $results))
        (i64.store (local.get $out)
          (if (result i64) (i32.load8_u (local.get $results))
            (then (call $tick))
            (else (i64.load offset=8 (local.get $results)))))))
    (i32.const 0))
  (func (export "clock_res_get") (param i32 i32) (result i32)
    (i64.store (local.get 1) (i64.const 1000)) (i32.const 0))

  (func $virtual_byte (result i32)
    (global.set $seed (i64.xor (global.get $seed) (i64.shl (global.get $seed) (i64.const 13))))
    (global.set $seed (i64.xor (global.get $seed) (i64.shr_u (global.get $seed) (i64.const 7))))
    (global.set $seed (i64.xor (global.get $seed) (i64.shl (global.get $seed) (i64.const 17))))
    (i32.wrap_i64 (i64.shr_u (global.get $seed) (i64.const 32))))
  (func (export "random_get") (param $at i32) (param $len i32) (result i32)
    (local $results i32) (local $part i32) (local $index i32)
    (local.set $results (call $scratch))
    (block $done (loop $next
      (br_if $done (i32.eqz (local.get $len)))
      (local.set $part (select (i32.const 1024) (local.get $len) (i32.gt_u (local.get $len) (i32.const 1024))))
      (global.set $handed (i32.const 0))
      (call $host_random (local.get $part) (local.get $results))
      (if (i32.load8_u (local.get $results))
        (then
          (local.set $index (i32.const 0))
          (loop $byte
            (i32.store8 (i32.add (local.get $at) (local.get $index)) (call $virtual_byte))
            (local.set $index (i32.add (local.get $index) (i32.const 1)))
            (br_if $byte (i32.lt_u (local.get $index) (local.get $part)))))
        (else (memory.copy (local.get $at) (i32.load offset=4 (local.get $results)) (local.get $part))))
      (local.set $at (i32.add (local.get $at) (local.get $part)))
      (local.set $len (i32.sub (local.get $len) (local.get $part)))
      (br $next)))
    (i32.const 0))

  ;; Sleeping is over at once; what was waited for has happened.
  (func (export "poll_oneoff") (param $in i32) (param $out i32) (param $count i32) (param $events i32) (result i32)
    (local $index i32) (local $want i32) (local $event i32)
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $index) (local.get $count)))
      (local.set $want (i32.add (local.get $in) (i32.mul (local.get $index) (i32.const 48))))
      (local.set $event (i32.add (local.get $out) (i32.mul (local.get $index) (i32.const 32))))
      (memory.fill (local.get $event) (i32.const 0) (i32.const 32))
      (i64.store (local.get $event) (i64.load (local.get $want)))
      (i32.store8 offset=10 (local.get $event) (i32.load8_u offset=8 (local.get $want)))
      (if (i32.eqz (i32.load8_u offset=8 (local.get $want)))
        (then (global.set $now (select
          (i64.load offset=24 (local.get $want))
          (i64.add (global.get $now) (i64.load offset=24 (local.get $want)))
          (i32.and (i32.load16_u offset=40 (local.get $want)) (i32.const 1))))))
      (local.set $index (i32.add (local.get $index) (i32.const 1)))
      (br $next)))
    (i32.store (local.get $events) (local.get $count))
    (i32.const 0))
  (func (export "sched_yield") (result i32) (i32.const 0))
  (func (export "proc_exit") (param i32) unreachable)

  ;; No arguments, no environment, no files.
  (func $none (param i32 i32) (result i32)
    (i32.store (local.get 0) (i32.const 0)) (i32.store (local.get 1) (i32.const 0)) (i32.const 0))
  (export "args_sizes_get" (func $none))
  (export "environ_sizes_get" (func $none))
  (func $empty (param i32 i32) (result i32) (i32.const 0))
  (export "args_get" (func $empty))
  (export "environ_get" (func $empty))
  (func (export "fd_read") (param i32 i32 i32 i32) (result i32)
    (i32.store (local.get 3) (i32.const 0))
    (select (i32.const 8) (i32.const 0) (local.get 0)))
  (func (export "fd_close") (param i32) (result i32) (i32.const 0))
  (func (export "fd_seek") (param i32 i64 i32 i32) (result i32) (i32.const 70))
  (func (export "fd_fdstat_get") (param i32 i32) (result i32)
    (if (i32.gt_u (local.get 0) (i32.const 2)) (then (return (i32.const 8))))
    ;; A character device, which makes C write line by line.
    (memory.fill (local.get 1) (i32.const 0) (i32.const 24))
    (i32.store8 (local.get 1) (i32.const 2))
    (i32.const 0))
  (func (export "fd_fdstat_set_flags") (param i32 i32) (result i32) (i32.const 0))
  (func $no_file_2 (param i32 i32) (result i32) (i32.const 8))
  (export "fd_prestat_get" (func $no_file_2))
  (export "fd_filestat_get" (func $no_file_2))
  (func (export "fd_prestat_dir_name") (param i32 i32 i32) (result i32) (i32.const 8))
  (func (export "path_open") (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32) (i32.const 8))
  (func (export "path_filestat_get") (param i32 i32 i32 i32 i32) (result i32) (i32.const 8))
  (func (export "fd_pread") (param i32 i32 i32 i64 i32) (result i32) (i32.const 8))
  (func (export "fd_pwrite") (param i32 i32 i32 i64 i32) (result i32) (i32.const 8))
  (func (export "fd_readdir") (param i32 i32 i32 i64 i32) (result i32) (i32.const 8))
  (func (export "fd_sync") (param i32) (result i32) (i32.const 8))
)
