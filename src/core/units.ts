/** Milliseconds in the units people write: `5s`, `10m`, `2h`, `7d`, `250ms`. */
const DURATIONS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000]
])
const SIZES: ReadonlyMap<string, number> = new Map([
  ['b', 1],
  ['kb', 1_000],
  ['mb', 1e6],
  ['gb', 1e9],
  ['kib', 1_024],
  ['mib', 1_048_576],
  ['gib', 1_073_741_824]
])

/** `90s` → 90000; undefined when it is not a duration. */
export function parseDuration(text: string): number | undefined {
  return parse(text, DURATIONS)
}

/** `64MB` → 64e6, `1MiB` → 1048576, `512` → 512; undefined when it is not a size. */
export function parseBytes(text: string): number | undefined {
  return parse(/^\d+$/.test(text) ? `${text}b` : text, SIZES)
}

/** Whole units of the smallest sort; a number too large to be exact is none. */
function parse(text: string, units: ReadonlyMap<string, number>): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text.trim())
  const unit = match ? units.get(match[2]!.toLowerCase()) : undefined
  if (!match || !unit) return undefined
  const value = Math.round(Number(match[1]) * unit)
  return Number.isSafeInteger(value) ? value : undefined
}

/** 1234567 → `1.2 M`: four characters of number at most, for progress lines. */
export function formatCount(value: number): string {
  // The bounds lie where rounding would reach the next unit.
  if (value < 999.5) return String(Math.round(value))
  if (value < 999_500) return `${trim(value / 1e3)} k`
  if (value < 999.5e6) return `${trim(value / 1e6)} M`
  return `${trim(value / 1e9)} G`
}

/** Bytes with decimal prefixes: 1500000 → `1.5 MB`. */
export function formatBytes(value: number): string {
  return `${formatCount(value)}${value < 999.5 ? ' ' : ''}B`
}

/** 90061000 → `1d 1h`, 61000 → `1m 1s`, 250 → `250ms`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)}ms`
  const seconds = Math.round(ms / 1_000)
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's']
  ] as const
  const first = parts.findIndex(([count]) => count > 0)
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ')
}

function trim(value: number): string {
  return value < 9.95 ? value.toFixed(1) : String(Math.round(value))
}
