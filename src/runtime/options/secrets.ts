import type { OptionLayer } from './option-layer.ts'
import { type OptionName, optionNames, optionRow } from './option-table.ts'
import { showValue } from './value-rules.ts'

const MASK = '***'

/** A resolved value as it may be shown to people. */
export function publicValue(name: OptionName, value: unknown): string {
  const row = optionRow(name)
  if (row.kind === 'secret') return MASK
  if (row.kind === 'pem' && isPemText(String(value))) return 'PEM text'
  if (name === 'property' && Array.isArray(value)) {
    return (value as readonly (readonly [string, string])[])
      .map(([property, text]) => `${property}=${holdsSecret(property) ? MASK : text}`)
      .join(', ')
  }
  return showValue(row, value)
}

export function isPemText(value: string): boolean {
  return value.includes('-----BEGIN ')
}

/** Everything secret that was written anywhere, so that no output repeats it by accident. */
export function secretTexts(layers: readonly OptionLayer[]): readonly string[] {
  const secrets = new Set<string>()
  for (const layer of layers) {
    for (const name of optionNames) {
      for (const text of layer.values.get(name) ?? []) {
        if (optionRow(name).kind === 'secret' || isPemText(text)) secrets.add(text)
        if (name !== 'property') continue
        const [property = '', value = ''] = text.split(/=([\s\S]*)/)
        if (!holdsSecret(property.trim())) continue
        secrets.add(value.trim())
        for (const quoted of value.matchAll(/password\s*=\s*["']?([^"';\s]+)/g)) {
          secrets.add(quoted[1]!)
        }
      }
    }
  }
  secrets.delete('')
  return [...secrets]
}

/** Shorter ones stand in ordinary words by chance; masking those tells more than it hides. */
const MASKED_LENGTH_MIN = 4

export function redact(text: string, secrets: readonly string[]): string {
  // The longest first: one secret may be part of another.
  return secrets
    .filter(secret => secret.length >= MASKED_LENGTH_MIN)
    .sort((left, right) => right.length - left.length)
    .reduce((rest, secret) => rest.replaceAll(secret, MASK), text)
}

function holdsSecret(property: string): boolean {
  return /password|jaas|\bkey$|\.pem$|token|secret/i.test(property)
}
