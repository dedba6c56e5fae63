import type { Verdict } from '../../../src/extract/columns.ts'

/** What it shows, the frame, and its verdict; one that counts has the key `a1` and the time 1468244384 s. */
export type FrameCase = readonly [what: string, frame: string | Uint8Array, verdict: Verdict]

const T = '1468244384'
const fields = `"ts":${T},"uid":"a1"`
const good = `{${fields}}`
const bytes = (...parts: readonly (string | Uint8Array)[]) =>
  Buffer.concat(parts.map(part => Buffer.from(part as Uint8Array)))
const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

/** The verdict is JSON.parse's, too: what it refuses is `bad-json`, in what it takes it finds the same. */
export const alike: readonly FrameCase[] = [
  ['a plain frame', good, 'counted'],
  ['white space of every kind around it', ` \t\r${good} \r\t `, 'counted'],
  ['white space of every kind inside', `{ \t\r"ts"\r:\t${T} , "uid" : "a1"\t}`, 'counted'],
  ['line feeds inside', `{\n"ts":\n${T},\n"uid":"a1"\n}\n`, 'counted'],
  [
    'members of the same names below',
    `{"x":{"uid":"n","ts":1},${fields},"y":[{"uid":2}]}`,
    'counted'
  ],
  ['names in strings', `{"x":"\\"uid\\":\\"n\\",\\"ts\\":1",${fields}}`, 'counted'],
  ['names as values', `{"a":"uid","b":"ts",${fields}}`, 'counted'],
  ['escaped names', `{"\\u0074s":${T},"u\\u0069\\u0064":"a1"}`, 'counted'],
  ['an escaped key', `{"ts":${T},"uid":"\\u0061\\u0031"}`, 'counted'],
  ['an empty name', `{"":1,${fields}}`, 'counted'],
  [
    'names near the wanted ones',
    `{"Ts":1,"UID":"n","ts ":1," uid":"n","uid\\u0000":1,${fields}}`,
    'counted'
  ],
  ['a name of an emoji and one of half a pair', `{"😀":1,"\\ud83d":2,${fields}}`, 'counted'],
  ['a prototype', `{"__proto__":{"uid":"n"},"constructor":1,${fields}}`, 'counted'],
  ['an empty object', '{}', 'no-key'],
  ['white space in an empty object', '{ \t\r }', 'no-key'],
  ['names in another case', `{"TS":${T},"UID":"a1"}`, 'no-key'],
  ['a number', T, 'bad-json'],
  ['a string', '"uid"', 'bad-json'],
  ['a string that holds a frame', JSON.stringify(good), 'bad-json'],
  ['true', 'true', 'bad-json'],
  ['null', 'null', 'bad-json'],
  ['an array', `[${good}]`, 'bad-json'],
  ['an empty array', '[]', 'bad-json'],
  ['members without an object', fields, 'bad-json'],
  ['two members of an array', `["ts",${T},"uid","a1"]`, 'bad-json'],
  ['something in front', `x${good}`, 'bad-json'],
  ['a comma in front', `,${good}`, 'bad-json'],
  ['a closing bracket in front', `}${good}`, 'bad-json'],
  ['an array in front', `[]${good}`, 'bad-json'],
  ['an object in front', `{}${good}`, 'bad-json'],
  ['a vertical tab in front', `\x0b${good}`, 'bad-json'],
  ['a form feed in front', `\x0c${good}`, 'bad-json'],
  ['a space that is none of ASCII in front', `\u00a0${good}`, 'bad-json'],
  ['a line separator in front', `\u2028${good}`, 'bad-json'],
  ['two byte order marks', `\ufeff\ufeff${good}`, 'bad-json'],
  ['a byte order mark behind a space', ` \ufeff${good}`, 'bad-json'],
  ['UTF-16, little-endian', Buffer.from(good, 'utf16le'), 'bad-json'],
  ['UTF-16 with its mark', Buffer.from(`\ufeff${good}`, 'utf16le'), 'bad-json'],
  ['a byte that is not UTF-8 in front', bytes(Buffer.from([0xff]), good), 'bad-json'],
  ['a comment in front of a member', `{/* c */${fields}}`, 'bad-json'],
  ['a comment between members', `{"ts":${T},/**/"uid":"a1"}`, 'bad-json'],
  ['a comma before the first member', `{,${fields}}`, 'bad-json'],
  ['two commas', `{"ts":${T},,"uid":"a1"}`, 'bad-json'],
  ['no comma', `{"ts":${T} "uid":"a1"}`, 'bad-json'],
  ['a semicolon', `{"ts":${T};"uid":"a1"}`, 'bad-json'],
  ['no colon', `{"ts" ${T},"uid":"a1"}`, 'bad-json'],
  ['two colons', `{"ts"::${T},"uid":"a1"}`, 'bad-json'],
  ['an equals sign', `{"ts"=${T},"uid":"a1"}`, 'bad-json'],
  ['a colon instead of a comma', `{"ts":${T}:"uid":"a1"}`, 'bad-json'],
  ['names without quotes', `{ts:${T},uid:"a1"}`, 'bad-json'],
  ['names in single quotes', `{'ts':${T},'uid':'a1'}`, 'bad-json'],
  ['a name that is a number', `{1:2,${fields}}`, 'bad-json'],
  ['a name that is an array', `{[]:2,${fields}}`, 'bad-json'],
  ['a member without value', `{"x":,${fields}}`, 'bad-json'],
  ['a name without value', `{"x",${fields}}`, 'bad-json'],
  ['a name that never ends', `{"x${fields.replaceAll('"', '')}}`, 'bad-json'],
  ['a form feed as white space', `{"ts":\x0c${T},"uid":"a1"}`, 'bad-json'],
  ['a space that is none of ASCII as white space', `{"ts":\u00a0${T},"uid":"a1"}`, 'bad-json'],
  ['a NUL behind a value', `{"ts":${T}\0,"uid":"a1"}`, 'bad-json'],
  ['something behind a wanted value', `{"uid":"a1"x,"ts":${T}}`, 'bad-json'],
  ['an object that ends before the wanted fields', `{"x":{}},${fields}}`, 'bad-json'],
  ['a bracket of the other kind around it', `{"x":1],${fields}}`, 'bad-json'],
  ['a field missing and a comma too many', `{"ts":${T},}`, 'bad-json'],
  ['a field missing and something behind', `{"ts":${T}}x`, 'bad-json'],
  ['a field missing and a second object', `{"ts":${T}}{"uid":"a1"}`, 'bad-json'],
  ['a field missing and a NUL behind', `{"ts":${T}}\0`, 'bad-json'],
  ['a field missing and no end', `{"ts":${T}`, 'bad-json'],
  ['a field missing and a name that is no JSON', `{"ts":${T},"\t":1}`, 'bad-json']
]

/** JSON.parse refuses them, too; a zero byte in front of a record's value announces a schema id. */
export const zeroFirst: readonly FrameCase[] = [
  ['a NUL in front', `\0${good}`, 'confluent-framing'],
  ['NUL for every byte', Buffer.alloc(good.length), 'confluent-framing'],
  ['UTF-16, big-endian', Buffer.from(good, 'utf16le').swap16(), 'confluent-framing']
]

/** JSON.parse refuses them; what it objects to lies where nothing is looked at, or not so closely. */
export const lenient: readonly FrameCase[] = [
  ['a byte order mark', `\ufeff${good}`, 'counted'],
  ['no end', `{${fields}`, 'counted'],
  ['a comma behind the last member', `{${fields},}`, 'counted'],
  ['another bracket at the end', `{${fields}]`, 'counted'],
  ['a bracket too many', `${good}}`, 'counted'],
  ['something behind', `${good}x`, 'counted'],
  ['a NUL behind', `${good}\0`, 'counted'],
  ['a second frame behind', `${good}{"uid":"b","ts":1}`, 'counted'],
  ['a comment behind', `${good} // c`, 'counted'],
  ['a comment behind the last wanted field', `{${fields}/* c */}`, 'counted'],
  ['bytes that are not UTF-8 behind', bytes(good, Buffer.from([0xff, 0xfe])), 'counted'],
  ['something behind the last wanted value', `{${fields}x}`, 'counted'],
  ['a string that never ends, behind', `{${fields},"x":"`, 'counted'],
  ['members without colons, behind', `{${fields},"x" 1}`, 'counted'],
  ['a bare tab in a name', `{"\t":1,${fields}}`, 'counted'],
  ['a NUL in a name', `{"\0":1,${fields}}`, 'counted'],
  ['a name with an escape that there is not', `{"\\x":1,"\\u00":2,${fields}}`, 'counted'],
  ['a key that is an array, and damaged', `{"ts":${T},"uid":[1,,2]}`, 'bad-key'],
  ['a key that is an object, and damaged', `{"uid":{a},"ts":${T}}`, 'bad-key'],
  ['a time that is an object, and damaged', `{"uid":"a1","ts":{"a" 1}}`, 'bad-time'],
  ['brackets of different kinds in a time', `{"uid":"a1","ts":[}}`, 'bad-time']
]

/** JSON.parse takes them and finds something else: the last of duplicates. */
export const different: readonly FrameCase[] = [
  ['two keys', `{"uid":"a1","uid":"b","ts":${T}}`, 'counted'],
  ['two times', `{"ts":${T},"ts":1,"uid":"a1"}`, 'counted'],
  ['a second key behind', `{${fields},"uid":"b"}`, 'counted'],
  ['a second time behind', `{${fields},"ts":null}`, 'counted'],
  ['an escaped name and the same as it is', `{"u\\u0069d":"a1","uid":"b","ts":${T}}`, 'counted'],
  ['a second key that is an object', `{"uid":"a1","uid":{"uid":"b"},"ts":${T}}`, 'counted'],
  ['null before a key', `{"uid":null,"uid":"a1","ts":${T}}`, 'no-key'],
  ['an object before a time', `{"ts":{},"ts":${T},"uid":"a1"}`, 'bad-time']
]

/** JSON.parse takes them; a frame that lacks a field is read whole, and then they are too deep. */
export const tooDeep: readonly FrameCase[] = [
  ['1,000 arrays', `{"ts":${T},"x":${deep(1_000)}}`, 'bad-json'],
  ['5,000 arrays', `{"ts":${T},"x":${deep(5_000)}}`, 'bad-json']
]

/** The same depths where both fields are there. */
export const deepButWhole: readonly FrameCase[] = [
  ['1,000 arrays in front', `{"x":${deep(1_000)},${fields}}`, 'counted'],
  ['5,000 arrays in front', `{"x":${deep(5_000)},${fields}}`, 'counted'],
  ['5,000 arrays behind', `{${fields},"x":${deep(5_000)}}`, 'counted']
]

/** With a group that they lack they are read to their end, by quotes, brackets and the top level. */
export const withoutGroup: readonly FrameCase[] = [
  ['a whole frame', good, 'counted'],
  ['white space behind', `${good} \t\r`, 'counted'],
  ['a value that is no JSON', `{${fields},"x":tru}`, 'counted'],
  ['an array that is no JSON', `{${fields},"x":[1,,2}}`, 'counted'],
  ['a value of which a bracket is open', `{${fields},"x":[1}`, 'bad-json'],
  ['no end', `{${fields},"x":1`, 'bad-json'],
  ['a comma behind the last member', `{${fields},}`, 'bad-json'],
  ['a member without colon', `{${fields},"x" 1}`, 'bad-json'],
  ['something behind', `${good}x`, 'bad-json'],
  ['a bracket too many', `${good}}`, 'bad-json']
]

/** It is cut everywhere: from the delimiter behind the last wanted value on it counts. */
export const cutFrame = `{"a":[1,{"b":"c\\\\\\"}"}],"é":"\\u00e9","uid":"a1","ts":${T},"z":{"y":"é"}}`
export const cutCountsFrom: number =
  Buffer.byteLength(cutFrame.slice(0, cutFrame.indexOf(',"z"'))) + 1
