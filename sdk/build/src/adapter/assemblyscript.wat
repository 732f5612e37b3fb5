;; What AssemblyScript wants of its surroundings, over the contract. Texts are its own: UTF-16, with their
;; size in bytes 4 before. Two lines are filled in when it is made: the imports that the permissions open,
;; and what stands for those that they do not.
(module
  (import "env" "memory" (memory 0))
  (import "engraft:capability/fault@1.0.0" "report" (func $fault (param i32 i32)))
  ;;imports
  ;;functions

  ;; The scratch area of 8 KiB: 64 bytes for results, then what is said of an abort, then what the host
  ;; hands over.
  (global $said_max i32 (i32.const 3900))
  (global $said (mut i32) (i32.const 0))
  (global $handed (mut i32) (i32.const 0))
  (func $saying (result i32) (i32.add (call $scratch) (i32.const 64)))
  (func $hand (result i32) (i32.add (call $scratch) (i32.const 4160)))

  ;; Texts of errors land here, and are gone with the next answer of the host.
  (func (export "cabi_import_realloc") (param $old i32) (param $old_size i32) (param $align i32) (param $size i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $handed) (i32.const 7)) (i32.const -8)))
    (if (i32.gt_u (i32.add (local.get $at) (local.get $size)) (i32.const 4000)) (then unreachable))
    (global.set $handed (i32.add (local.get $at) (local.get $size)))
    (i32.add (call $hand) (local.get $at)))

  ;; Bytes of a text; none where there is no text.
  (func $size (param $text i32) (result i32)
    (if (result i32) (local.get $text)
      (then (i32.load (i32.sub (local.get $text) (i32.const 4))))
      (else (i32.const 0))))

  ;; What one line may have; a host cuts it as well.
  (func $units (param $text i32) (result i32)
    (local $units i32)
    (local.set $units (i32.shr_u (call $size (local.get $text)) (i32.const 1)))
    (select (i32.const 16384) (local.get $units) (i32.gt_u (local.get $units) (i32.const 16384))))

  (func $line (param $level i32) (param $text i32)
    (global.set $handed (i32.const 0))
    (call $log (local.get $level) (local.get $text) (call $units (local.get $text)) (i32.const 8) (i32.const 0) (call $scratch)))
  (func (export "console.debug") (param $text i32) (call $line (i32.const 1) (local.get $text)))
  (func (export "console.log") (param $text i32) (call $line (i32.const 2) (local.get $text)))
  (func (export "console.info") (param $text i32) (call $line (i32.const 2) (local.get $text)))
  (func (export "console.warn") (param $text i32) (call $line (i32.const 3) (local.get $text)))
  (func (export "console.error") (param $text i32) (call $line (i32.const 4) (local.get $text)))
  (func (export "console.assert") (param $holds i32) (param $text i32)
    (if (i32.eqz (local.get $holds)) (then (call $line (i32.const 4) (local.get $text)))))
  (func (export "trace") (param $text i32) (param i32) (param f64) (param f64) (param f64) (param f64) (param f64)
    (call $line (i32.const 0) (local.get $text)))

  ;; Without the host's: 2000-01-01, and a microsecond for each look.
  (global $now (mut f64) (f64.const 946684800000))
  (func $tick (result f64)
    (global.set $now (f64.add (global.get $now) (f64.const 0.001)))
    (global.get $now))
  (func (export "Date.now") (result f64)
    (local $results i32)
    (local.set $results (call $scratch))
    (global.set $handed (i32.const 0))
    (call $host_now (local.get $results))
    (if (result f64) (i32.load8_u (local.get $results))
      (then (f64.floor (call $tick)))
      (else (f64.add
        (f64.mul (f64.convert_i64_s (i64.load offset=8 (local.get $results))) (f64.const 1000))
        (f64.floor (f64.div (f64.convert_i32_u (i32.load offset=16 (local.get $results))) (f64.const 1000000)))))))
  (func (export "performance.now") (result f64)
    (local $results i32)
    (local.set $results (call $scratch))
    (global.set $handed (i32.const 0))
    (call $host_monotonic (local.get $results))
    (if (result f64) (i32.load8_u (local.get $results))
      (then (f64.sub (call $tick) (f64.const 946684800000)))
      (else (f64.div (f64.convert_i64_u (i64.load offset=8 (local.get $results))) (f64.const 1000000)))))

  ;; What `Math.random` begins with.
  (func (export "seed") (result f64)
    (local $results i32)
    (local.set $results (call $scratch))
    (global.set $handed (i32.const 0))
    (call $host_random (local.get $results))
    (if (result f64) (i32.load8_u (local.get $results))
      (then (f64.const 2685821657736338717))
      (else (f64.convert_i64_u (i64.load offset=8 (local.get $results))))))

  (func $say_bytes (param $from i32) (param $size i32)
    (local $room i32)
    (local.set $room (i32.sub (global.get $said_max) (global.get $said)))
    (if (i32.gt_u (local.get $size) (local.get $room)) (then (local.set $size (local.get $room))))
    (memory.copy (i32.add (call $saying) (global.get $said)) (local.get $from) (local.get $size))
    (global.set $said (i32.add (global.get $said) (local.get $size))))
  (func $say_unit (param $unit i32)
    (if (i32.lt_u (global.get $said) (global.get $said_max)) (then
      (i32.store16 (i32.add (call $saying) (global.get $said)) (local.get $unit))
      (global.set $said (i32.add (global.get $said) (i32.const 2))))))
  (func $say_number (param $number i32)
    (if (i32.ge_u (local.get $number) (i32.const 10))
      (then (call $say_number (i32.div_u (local.get $number) (i32.const 10)))))
    (call $say_unit (i32.add (i32.const 48) (i32.rem_u (local.get $number) (i32.const 10)))))

  ;; The end of what is thrown, of an assertion that does not hold and of an index out of bounds: the
  ;; message, and ` at `, the file, `:` and the line.
  (func (export "abort") (param $message i32) (param $file i32) (param $line i32) (param $column i32)
    (global.set $said (i32.const 0))
    (call $say_bytes (local.get $message) (call $size (local.get $message)))
    (call $say_unit (i32.const 32)) (call $say_unit (i32.const 97)) (call $say_unit (i32.const 116)) (call $say_unit (i32.const 32))
    (call $say_bytes (local.get $file) (call $size (local.get $file)))
    (call $say_unit (i32.const 58))
    (call $say_number (local.get $line))
    (call $fault (call $saying) (i32.shr_u (global.get $said) (i32.const 1)))
    unreachable)
)
