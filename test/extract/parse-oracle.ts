import { parseTime } from '../../src/extract/text-time.ts'
import { hashOf } from './rows.ts'

/** What a frame is worth with JSON.parse for its values; undefined where JSON.parse refuses it. */
export interface ParsedWorth {
  readonly verdict: 'counted' | 'no-key' | 'bad-key' | 'no-time' | 'bad-time'
  /** Undefined where JSON.parse cannot tell: escapes beside bytes that are not UTF-8. */
  readonly hash?: string
  readonly time?: number
}

const BOM = '\xef\xbb\xbf'
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g

/**
 * `uid` and `ts` of a frame as JSON.parse reads them, the first of duplicates. Bytes are read as Latin-1, which
 * keeps them apart and changes nothing that is JSON's own.
 */
export function parsedWorth(frame: Uint8Array): ParsedWorth | undefined {
  const latin = Buffer.from(frame.buffer, frame.byteOffset, frame.length).toString('latin1')
  const text = latin.startsWith(BOM) ? latin.slice(BOM.length) : latin
  if (!isObject(text)) return undefined
  const members = topLevel(text)
  const key = keyWorth(members.get('uid'))
  if (key.verdict) return { verdict: key.verdict }
  const time = timeWorth(members.get('ts'))
  if (typeof time !== 'number') return { verdict: time }
  return { verdict: 'counted', ...(key.hash ? { hash: key.hash } : {}), time }
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

/** Names of an object that JSON.parse takes, with the text of the first value of each. */
function topLevel(text: string): Map<string, string> {
  const members = new Map<string, string>()
  let [depth, name, valueAt, end] = [0, '', -1, 0]
  const close = (): void => {
    if (valueAt >= 0 && !members.has(name)) members.set(name, text.slice(valueAt, end))
    valueAt = -1
  }
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (depth === 1 && (token === ',' || token === '}')) close()
    if (token === '}' || token === ']') depth--
    if (depth === 1 && token === ':') valueAt = index + 1
    else if (depth === 1 && valueAt < 0 && token.startsWith('"')) name = JSON.parse(token)
    if (token === '{' || token === '[') depth++
    end = index + token.length
  }
  return members
}

function keyWorth(text = 'null'): { verdict?: 'no-key' | 'bad-key'; hash?: string } {
  const value: unknown = JSON.parse(text)
  if (value === null || value === '') return { verdict: 'no-key' }
  if (typeof value === 'object') return { verdict: 'bad-key' }
  if (typeof value !== 'string') return { hash: hashOf(text.trim()) }
  if (!text.includes('\\')) return { hash: hashOf(Buffer.from(value, 'latin1')) }
  const utf8 = Buffer.from(text, 'latin1').toString()
  if (utf8.includes('\ufffd')) return {}
  return { hash: hashOf((JSON.parse(utf8) as string).toWellFormed()) }
}

function timeWorth(text = 'null'): 'no-time' | 'bad-time' | number {
  const value: unknown = JSON.parse(text)
  if (value === null) return 'no-time'
  if (typeof value !== 'string' && typeof value !== 'number') return 'bad-time'
  return parseTime(typeof value === 'string' ? value : text.trim()) ?? 'bad-time'
}
