/*
 * JSON values of every kind, right and wrong, by what headcount makes of them (docs/formats/frames.md). Each stands in
 * frames in front of the wanted fields, behind them, as one of them, and in frames that lack one.
 */

const backslash = '\\'
/** Over the borders of the blocks in which the kernel reads. */
const runs = [1, 2, 7, 8, 15, 16, 31, 32, 33, 63, 64, 65, 130]

const validNumbers = [
  ...['0', '-0', '7', '-12', '10', '100', '1468244384', '-1468244384', '1.0', '1.50'],
  ...['-0.25', '0.0', '1e3', '1E3', '1e+3', '1E-3', '1e03', '0e0', '0E+1', '-0.0e-9'],
  ...['-1.5e+10', '1.468244384e9', '1e400', '-1e400', '1e-400', '4.9e-324'],
  ...['1.7976931348623157e308', '9007199254740993'],
  ...['12345678901234567890', '123456789012345678901234567890', '1'.padEnd(120, '0')],
  ...['0.000000000000000000000000000001', `0.${'3'.repeat(90)}`, '1468244384.999999999']
]
const wrongNumbers = [
  ...['01', '-01', '00', '-00', '007', '-', '--1', '+1', '+-1', '-+1', '1.', '-1.', '.5'],
  ...['-.5', '.', '1.e3', '.e1', '1e', '1E', '1e+', '1E-', '1e1.5', '1e5e5', '1..2', '1.2.3'],
  ...['1-1', '1+1', 'e3', '0x1F', '0X1f', '0b1', '0o7', '1_000', '1f', '1n', '1L', '12a'],
  ...['a12', '$1', '1%', '1/2', '½', 'Infinity', '-Infinity', '+Infinity', 'NaN', '-NaN'],
  ...['inf', '1#INF', '١٢', '１', '−1', '1٫5']
]

const validWords = ['true', 'false', 'null']
const wrongWords = [
  ...['tru', 'truee', 'True', 'TRUE', 't', 'fals', 'falsee', 'False', 'f', 'nul', 'nulll'],
  ...['Null', 'n', 'nil', 'none', 'None', 'undefined', 'yes', 'on', 'truefalse', 'true\0'],
  ...['null\u00a0', 'nullnull', 'abc', 'a.b', 'a=b', 'a;b', '1;', '#c', '/*c*/1', '1/*c*/'],
  ...['//c', '(1)', '<a/>', '&amp;', '*', '`', "'a'", "''", '`a`', '“a”', '‘a’', '«a»'],
  ...["'\\''", '\\', '\\n', '\\u0031', '@', '?', '\u{1f600}', '\0', '\x01', '\x08', '\x0b'],
  ...['\x0c', '\x1b', '\x7f', '\u0085', '\u00a0', '\u2028', '\u3000', '\ufeff', '\ufeff1'],
  ...['1\0', '\u200b1', '1\x0b', '\x0c1']
]

const validStrings = [
  ...['""', '" "', '"a"', '"a1"', '"\x7f"', '"\u0080"', '"é"', '"東京"', '"😀"'],
  ...['"\u2028\u2029"', '"\ufeff"', '"\ufffe\uffff"', '"\u{10ffff}"', '"e\u0301"', '"/"'],
  ...['"\'"', '"//"', '"/* c */"', '"a;b"', '"<a>"', '"\\""', '"\\\\"', '"\\/"'],
  ...['"\\b\\f\\n\\r\\t"', '"\\u0000"', '"\\u001F"', '"\\u0022"', '"\\u005c"'],
  ...['"\\u005C\\u0022"', '"\\uD83D\\uDE00"', '"\\ud83d\\uDE00"', '"\\uDBFF\\uDFFF"'],
  ...['"\\ufffe"', '"\\uFEFF"'],
  // Halves of pairs: no Unicode text, but JSON.
  ...['"\\uD83D"', '"\\uDE00"', '"\\uDE00\\uD83D"', '"\\uD83D\\uD83D\\uDE00"'],
  ...['"\\uD800\\uD800"', '"\\uD83Dx"', '"\\uD83D\\n"', '"\\uD83D\\u0041"', '"a\\uDFFF"'],
  ...['"😀\\uDE00"', '"{"', '"}"', '"["', '"]"', '"}]"', '":"', '","', '"\\",\\""', '"\\"}"'],
  ...['"\\"]"', '"\\\\\\"}"', '"\\"ts\\":1"', '"\\"uid\\":\\"n\\","'],
  ...['"{\\"uid\\":\\"n\\",\\"ts\\":1}"', '"uid"', '"ts"', '"\\\\u0041"'],
  ...runs.flatMap(length => [
    `"${'a'.repeat(length)}"`,
    `"${'\\\\'.repeat(length)}"`,
    `"${'\\\\'.repeat(length)}\\""`,
    `"${'\\"'.repeat(length)}"`,
    `"${'\\u00e9'.repeat(length)}"`,
    `"${'{['.repeat(length)}"`,
    `"${'é😀'.repeat(length)}"`
  ]),
  '"2016-07-11T13:39:44Z"',
  '"1468244384"'
]
const wrongStrings = [
  ...['"\\x"', '"\\x41"', '"\\a"', '"\\v"', '"\\0"', '"\\1"', '"\\\'"', '"\\ "', '"\\é"'],
  ...['"\\B"', '"\\N"', '"\\u"', '"\\u1"', '"\\u12"', '"\\u123"', '"\\u123g"', '"\\ug123"'],
  ...['"\\U0041"', '"\\u{41}"', '"\\u 041"', '"\\u+041"', '"\\u-041"', '"\\u0x4"'],
  ...['"\\u00é9"', '"\\uD83D\\u"', '"\\uD83D\\u1"', '"\\u１２３４"'],
  ...Array.from({ length: 32 }, (_, code) => `"a${String.fromCharCode(code)}b"`),
  ...['"\t"', '"\n"', '"\\\n"', '"\\\0"', '"\\u0041\0"', `"${'x'.repeat(64)}\t"`],
  ...runs.map(length => `"${'\\\\'.repeat(length)}\\x"`)
]

const nested = (open: string, inside: string, close: string, depth: number): string =>
  `${open.repeat(depth)}${inside}${close.repeat(depth)}`

const validNests = [
  ...['[]', '{}', '[ ]', '{ \t}', '[\n]', '[\r\n1 ,\t2 ]', '{ "a" : 1 , "b" : [ ] }', '[[]]'],
  ...['[{}]', '{"a":{}}', '[0]', '[""]', '[null]', '[1,2,3]', '[1,[2,[3]],{}]'],
  ...['{"a":[],"b":{}}', '{"a":{"b":{"c":[true]}}}', '{"":0}', '{" ":0}', '{"a":1,"a":2}'],
  ...['{"\\u0061":1,"a":2}', '{"__proto__":1}', '{"é":"😀"}', '{"\\"":"\\""}'],
  ...['{"uid":"n","ts":1}', '[{"uid":"n"},{"ts":1}]', '{"x":{"uid":"n","ts":1}}'],
  ...['["uid","n","ts",1]', '["]"]', '["}"]', '{"}":"{"}', '["\\\\"]', '["\\"]"]'],
  ...['{"\\\\":"\\\\"}', '[[[[]]],[[{}]],{"a":[{}]}]'],
  ...[1, 15, 16, 31, 32, 63, 64, 65, 127, 500, 990].flatMap(depth => [
    nested('[', '', ']', depth),
    nested('{"a":', '1', '}', depth),
    nested('[{"a":', '"]}"', '}]', depth >> 1)
  ])
]
const wrongNests = [
  ...['[1,]', '[,1]', '[,]', '[,,]', '[1,,2]', '[1 2]', '[1;2]', '[1:2]', '["a" "b"]'],
  ...['["a""b"]', '[[] []]', '{"a":1,}', '{,"a":1}', '{,}', '{"a":1,,"b":2}'],
  ...['{"a":1 "b":2}', '{"a":1;"b":2}', '{"a":"b""c"}', '{:}', '{"a"}', '{"a":}', '{:1}'],
  ...['{"a" 1}', '{"a"::1}', '{"a",1}', '{"a":1:2}', '{"a"=1}', '{"a"=>1}', '{"a","b"}'],
  ...['{a:1}', "{'a':1}", '{1:2}', '{null:1}', '{[]:1}', '{{}:1}', '{"a"b:1}', '{b"a":1}'],
  ...['{"a":1 true}'],
  ...['[}', '{]', '[1}', '{"a":1]', '[[}]', '{"a":[}}', '[{]]', '{"a":[1}]'],
  ...['[01]', '[NaN]', '[+1]', '[.5]', '[tru]', '{"a":tru}', '["\\x"]', '["\\u12"]'],
  ...['["\t"]', '{"\t":1}', '{"\\x":1}'],
  ...['[/*c*/1]', '[1 // c\n]', '[#]', '[(1)]', "['a']", '[\\]', '[\\n]', '[*]', '[a]', '[$]'],
  ...['[\0]', '[\x0b]', '[\x0c]', '[\u00a0]', '[\ufeff]', '[1\0]', '[\u2028]', '[1,\u00a02]'],
  ...['{\0}', '{"a":\x0c1}'],
  nested('[', '[1,,2]', ']', 64),
  `[${'1,'.repeat(70)}]`
]

/** Where quotes or brackets do not fit, or there is no value, or more than one. */
const torn = [
  ...['', ' ', '\t\r', ',', ':', '1,5', '1 2', '- 1', '1 000', '1:2', 'true false', 'true"'],
  ...["'a b'", '1 //c', '/* c */1', '1,', ',1', '"', '"a', 'a"', '"a\\"', '"\\\\\\"', '"""'],
  ...['""""', '"a""b"', '"a" "b"', '"a"b', '"a"+"b"', '"a":1', '\\"a\\"', '"a\\\\\\"'],
  ...['“a", "b”', '[', '{', ']', '}', '[[', '{{', '[[]', '[]]', '{}}', '[1', '[1,', '{"a":1'],
  ...['{"a":', '{"a"', '{"a', '["a]', '{"a":"b}', '[{]', '{[}', '[1]]', '{"a":1}}', ']['],
  ...['}{', '[]{}', '[] []', '{}1', '1[]', '[]1', '[],[]', '[""', '["\\"]', '{"a":"\\"}'],
  ...['[1]:', '{}"a"', 'a{}', 'a[1]'],
  ...runs.flatMap(length => [
    `"${'\\\\'.repeat(length)}${backslash}"`,
    '['.repeat(length),
    nested('[', '', ']', length).slice(1),
    nested('[', '', ']', length).slice(0, -1)
  ])
]

/** In strings: continuations alone, what is cut, too long, halves of pairs, beyond Unicode. */
const rawBytes = [
  ...['80', 'bf', 'c3', 'c328', 'c080', 'c1bf', 'e080', 'e08080', 'e28261', 'eda080'],
  ...['edbfbf', 'f09f98', 'f0808080', 'f4908080', 'f5808080', 'f88888888080', 'fe', 'ff'],
  ...['fffe', '61ff62', 'e9', 'c3a9c3'],
  ...[`${'61'.repeat(63)}ff`, '5c5cff', '5c7530303431ff']
]

/** JSON.parse takes them. */
export const valid: readonly string[] = [
  ...[...validNumbers, ...validWords, ...validStrings, ...validNests],
  ...[' 1', '1 ', '\t"a1"\r', ' [ ] ', ' null ', '\r\ntrue\n']
]

/** JSON.parse refuses them; where nobody wants them, quotes and brackets are all that is looked at. */
export const unchecked: readonly string[] = [
  ...wrongNumbers,
  ...wrongWords,
  ...wrongStrings,
  ...wrongNests
]

/** Refused wherever they are looked at. */
export const broken: readonly string[] = torn

/** Strings that are JSON but for bytes that are not UTF-8. */
export const notUtf8: readonly Uint8Array[] = rawBytes.map(hex =>
  Buffer.concat([Buffer.from('"'), Buffer.from(hex, 'hex'), Buffer.from('"')])
)
