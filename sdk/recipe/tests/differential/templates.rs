//! Each construct of the language as it is written here, and behind an arrow as the other evaluator is
//! asked for it, where that one lacks it.
//!
//! *Never:* what stands behind an arrow uses the function that is asked about.

pub(crate) const TEXTS: &str = r"
($S1 + $S2)
$S1.lowerAscii()
$S1.upperAscii()
$S1.trim()
$S1.reverse()
$S1.replace($S2, $S3)
$S1.replace($S2, $S3, $I1)
$W1.join()
$W1.join($S1)
string($I1)
string($U1)
string($B1)
string($Y1)
$S1.charAt($I1)
$S1.substring($I1)
$S1.substring($I1, $I2)
($B1 ? $S1 : $S2)
$W1[$I1]
$W1[dyn($U1)]
strings.quote($S1)
base64.encode($Y1)
'%s|%d|%%'.format([$S1, $I1])
'%x|%X|%o|%b'.format([$I1, $U1, $U1, $I1])
'%.2f'.format([double($I1) / 4.0])
'%s %s'.format([$B1, $L1])
cel.bind($v, $S1, $v + $v + 'x')  =>  [$S1].map($v, $v + $v + 'x')[0]
[$S1].map($v, $v + $S2)[0]
optional.of($S1).orValue($S2)  =>  $S1
optional.none().orValue($S1)
$W1[?$I1].orValue($S1)  =>  ($W1[?$I1].hasValue() ? $W1[?$I1].value() : $S1)
regex.replace($S1, 'a', $S2 == '' ? '' : 'xy')  =>  $S1.replace('a', $S2 == '' ? '' : 'xy')
regex.replace($S1, 'a', '<\\0>', 2)  =>  $S1.replace('a', '<a>', 2)
regex.extract($S1, 'a|b').orValue('none')  =>  ($S1.split('').filter($v, $v == 'a' || $v == 'b') + ['none'])[0]
string($S1)
$W1.sort()[0]
$W1.first().orValue('')  =>  (size($W1) > 0 ? $W1[0] : '')
$W1.last().orValue('')  =>  (size($W1) > 0 ? $W1[size($W1) - 1] : '')
$W1.sortBy($v, size($v)).join('|')  =>  lists.range(40).map($w, $W1.filter($v, size($v) == $w)).flatten().join('|')
";

pub(crate) const INTS: &str = r"
($I1 + $I2)
($I1 - $I2)
($I1 * $I2)
($I1 / $I2)
($I1 % $I2)
(-($I1))
size($S1)
size($L1)
$W1.size()
size($M1)
size($Y1)
$S1.indexOf($S2)
$S1.indexOf($S2, $I1)
$S1.lastIndexOf($S2)
$S1.lastIndexOf($S2, $I1)
int($D1)
int($U1)
int($I1)
int('42')
int($S1)
int(string($I1))
$L1[$I1]
$M1['a']
$M1.a
$M1[$S1]
math.greatest($I1, $I2, 3)
math.least($I1, $I2)
math.greatest($L1)
math.abs($I1)
math.sign($I1)
math.bitAnd($I1, $I2)
math.bitOr($I1, $I2)
math.bitXor($I1, $I2)
math.bitNot($I1)
math.bitShiftLeft($I1, $I2)
math.bitShiftRight($I1, $I2)
($B1 ? $I1 : $I2)
$L1.filter($v, $v > $I1).size()
cel.bind($v, $I1, $v * $v - 1)  =>  [$I1].map($v, $v * $v - 1)[0]
$O1.value()
$O1.orValue($I1)  =>  ($O1.hasValue() ? $O1.value() : $I1)
[$I1, $I2, 3].sum()  =>  ($I1 + $I2 + 3)
$L1.first().value()  =>  $L1[0]
$L1.last().value()  =>  $L1[size($L1) - 1]
($L1.exists_one($v, $v == $I1) ? 1 : 2)
lists.range(3).map($v, $v + $I1)[1]
$M1.transformMap($v, $w, $w + 1)['a']  =>  ($M1.all($v, $M1[$v] + 1 > $M1[$v]) ? $M1['a'] + 1 : 0)
$M1.transformMapEntry($v, $w, {$v + 'x': $w})['ax']  =>  $M1['a']
[1, 2][dyn($U1)]
int(timestamp($I1))  =>  (($I1) >= -62135596800 && ($I1) <= 253402300799 ? $I1 : 1 / 0)
(timestamp('2024-02-29T23:59:59Z').getDate() + $I1)  =>  (29 + $I1)
((timestamp(0) + duration('36h')).getDayOfYear() + $I1)  =>  (1 + $I1)
(duration('90m30s').getMinutes() + $I1)  =>  (90 + $I1)
(timestamp('2024-07-01T00:00:00Z').getHours('Europe/Berlin') + $I1)  =>  (2 + $I1)
(timestamp('2024-01-01T00:00:00Z').getDayOfWeek('-00:30') + $I1)  =>  (0 + $I1)
(ip('192.168.0.1').family() + $I1)  =>  (4 + $I1)
(cidr('10.0.0.0/8').prefixLength() + $I1)  =>  (8 + $I1)
";

pub(crate) const UINTS: &str = r"
($U1 + $U2)
($U1 - $U2)
($U1 * $U2)
($U1 / $U2)
($U1 % $U2)
uint($I1)
uint($D1)
uint($S1)
uint(string($U1))
math.greatest($U1, $U2)
math.least($U1, 5u)
math.bitAnd($U1, $U2)
math.bitXor($U1, 7u)
math.bitNot($U1)
math.bitShiftLeft($U1, $I1)
math.bitShiftRight($U1, $I1)
math.sign($U1)
math.abs($U1)
($B1 ? $U1 : $U2)
[$U1, 2u].sum()  =>  ($U1 + 2u)
";

pub(crate) const DOUBLES: &str = r"
($D1 + $D2)
($D1 - $D2)
($D1 * $D2)
($D1 / $D2)
(-($D1))
double($I1)
double($U1)
double(string($D1))  =>  $D1
double($S1)
math.ceil($D1)
math.floor($D1)
math.round($D1)
math.trunc($D1)
math.abs($D1)
math.sign($D1)
math.sqrt($D1)
math.sqrt($I1)
math.greatest($D1, 0.5)
math.least($D1, $D2)
($B1 ? $D1 : $D2)
[$D1, $D2].sum()  =>  (0.0 + $D1 + $D2)
";

pub(crate) const TRUTHS: &str = r"
($I1 < $I2)
($I1 >= $I2)
($U1 <= $U2)
($D1 < $D2)
($D1 >= $D2)
($S1 < $S2)
($S1 >= $S2)
($Y1 < $Y2)
($B1 < $B2)
($I1 < $D1)
($U1 > $I1)
($D1 <= $U1)
($S1 == $S2)
($I1 != $I2)
($D1 == $D1)
($L1 == $L2)
($M1 == $M2)
($W1 != $W2)
($Y1 == $Y2)
(dyn($I1) == dyn($D1))
(dyn($U1) == dyn($I1))
(dyn($S1) == dyn($I1))
([$I1, 1] == [dyn($D1), 1u])
($B1 && $B2)
($B1 || $B2)
!($B1)
(1 / $I1 == 0 && $B1)
(1 / $I1 == 0 || $B1)
($B1 || $L1[$I1] == 3)
$S1.contains($S2)
$S1.startsWith($S2)
$S1.endsWith($S2)
$S1.matches('a')  =>  $S1.contains('a')
$S1.matches('^ab')  =>  $S1.startsWith('ab')
matches($S1, 'b$')  =>  $S1.endsWith('b')
$S1.matches('^(a|b| )*$')  =>  $S1.split('').all($v, $v == 'a' || $v == 'b' || $v == ' ')
$S1.matches('(?i)ab')  =>  $S1.lowerAscii().contains('ab')
($I1 in $L1)
($S1 in $W1)
($S1 in $M1)
(dyn($D1) in $L1)
$L1.all($v, $v > $I1)
$L1.exists($v, 10 / $v > $I1)
$L1.exists_one($v, $v == $I1)
$L1.all($v, 10 / $v > $I1 || $B1)
$W1.exists($v, $v.contains($S1))
$M1.all($v, $v != $S1)
has($M1.a)
has({'a': $I1}.b)
math.isNaN($D1)
math.isInf($D1)
math.isFinite($D1)
$O1.hasValue()
($O1 == $O2)
optional.ofNonZeroValue($I1).hasValue()
optional.ofNonZeroValue($S1).hasValue()
optional.ofNonZeroValue($L1).hasValue()
$M1.?a.hasValue()
$M1[?$S1].hasValue()
sets.contains($L1, $L2)  =>  [[$L1, $L2]].map($v, $v[1].all($w, $w in $v[0]))[0]
sets.intersects($L1, $L2)  =>  [[$L1, $L2]].map($v, $v[0].exists($w, $w in $v[1]))[0]
sets.equivalent($L1, $L2)  =>  [[$L1, $L2]].map($v, $v[0].all($w, $w in $v[1]) && $v[1].all($w, $w in $v[0]))[0]
sets.contains($W1, $W2)  =>  [[$W1, $W2]].map($v, $v[1].all($w, $w in $v[0]))[0]
$L1.all($v, $w, $v + $w > $I1)  =>  lists.range(size($L1)).all($v, $v + $L1[$v] > $I1)
$L1.exists($v, $w, $v * 2 == $w)  =>  lists.range(size($L1)).exists($v, $v * 2 == $L1[$v])
$L1.existsOne($v, $w, $v == $w)  =>  lists.range(size($L1)).exists_one($v, $v == $L1[$v])
$M1.all($v, $w, $w > $I1)  =>  $M1.all($v, $M1[$v] > $I1)
$M1.exists($v, $w, $v == 'a' && $w > 1)  =>  $M1.exists($v, $v == 'a' && $M1[$v] > 1)
($B1 ? $B2 : $B3)
bool('true')
bool($S1)
bool(string($B1))
(type($I1) == int)
(type($S1) == type($S2))
(type($L1) == list)
(type(dyn($D1)) == double)
(timestamp($I1) < timestamp($I1) + duration('1s'))  =>  (($I1) >= -62135596800 && ($I1) < 253402300799 ? true : 1 / 0 == 1)
(timestamp('2024-03-01T00:00:00Z') - timestamp('2024-02-28T00:00:00Z') == duration('48h') && $B1)  =>  $B1
(string(timestamp('2024-01-02T03:04:05.5+01:00')) == '2024-01-02T02:04:05.500Z')  =>  false
(string(duration('1h1.5s')) == '3601.5s' || $B1)  =>  true
(cidr('10.0.0.0/8').containsIP(ip('10.1.2.3')) && $B1)  =>  $B1
(cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && $B1)  =>  $B1
(isIP($S1) || $B1)  =>  (size($S1) < 0 || $B1)
(ip('::1').isLoopback() && !ip('fe80::1').isGlobalUnicast() && $B1)  =>  $B1
($W1.distinct().size() == $W1.size())
";

pub(crate) const BYTES: &str = r"
bytes($S1)
bytes($Y1)
($Y1 + $Y2)
base64.decode(base64.encode($Y1))
base64.decode('aGVsbG8')
base64.decode($S1)
($B1 ? $Y1 : $Y2)
";

pub(crate) const NUMBERS: &str = r"
$L1.map($v, $v * 2)
$L1.map($v, $v > 3, $v + $I1)
$L1.map($v, 12 / $v)
$L1.filter($v, $v % 2 == 0)
$L1.filter($v, 10 / $v > 1)
($L1 + $L2)
lists.range(5)
lists.range(size($S1))
lists.range($I1 % 9)  =>  ($I1 % 9 < 0 ? [] : lists.range($I1 % 9))
$L1.sort()
$L1.reverse()
$L1.distinct()
$L1.slice($I1, $I2)
$L1.slice(0, 1)
$W1.map($v, size($v))
[$I1, $I2]
[?$O1, $I1]
($B1 ? $L1 : $L2)
$L1.sortBy($v, -$v)  =>  $L1.map($v, -$v).sort().map($v, -$v)
$L1.transformList($v, $w, $v + $w)  =>  lists.range(size($L1)).map($v, $v + $L1[$v])
$L1.transformList($v, $w, $v > 0, $w * $I1)  =>  lists.range(size($L1)).map($v, $v > 0, $L1[$v] * $I1)
[$L1, $L2].map($v, $v.size())
$M1.map($v, $M1[$v]).sort()
optional.unwrap([$O1, $O2])  =>  [?$O1, ?$O2]
[$O1, optional.none()].unwrapOpt()  =>  [?$O1]
cel.bind($v, $L1, $v + $v)  =>  ($L1 + $L1)
";

pub(crate) const WORDS: &str = r"
$S1.split($S2)
$S1.split('')
$S1.split($S2, $I1)
$W1.map($v, $v + $S1)
$W1.filter($v, $v.contains('a'))
$W1.sort()
$W1.reverse()
($W1 + $W2)
$L1.map($v, string($v))
[$S1, $S2]
$W1.distinct()
$W1.slice(0, $I1)
regex.extractAll($S1, 'a|b')  =>  $S1.split('').filter($v, $v == 'a' || $v == 'b')
$M1.map($v, $v).sort()
$W1.transformList($v, $w, string($v) + $w)  =>  lists.range(size($W1)).map($v, string($v) + $W1[$v])
";

pub(crate) const MAPS: &str = r"
{'a': $I1, 'b': $I2}
{$S1: $I1}
{$S1: 1, $S2: 2}
{?'a': $O1, 'b': 1}
($B1 ? $M1 : $M2)
{'x': $I1, 'y': size($S1)}
";

pub(crate) const OPTIONALS: &str = r"
optional.of($I1)
optional.none()
optional.ofNonZeroValue($I1)
$L1[?$I1]
$M1[?$S1]
$M1.?a
$O1.or($O2)  =>  ($O1.hasValue() ? $O1 : $O2)
$O1.optMap($v, $v + $I1)
$O1.optFlatMap($v, $L1[?$v])
$L1.first()  =>  (size($L1) > 0 ? optional.of($L1[0]) : optional.none())
$L1.last()  =>  (size($L1) > 0 ? optional.of($L1[size($L1) - 1]) : optional.none())
";
