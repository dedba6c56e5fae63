/** Integration files that take more than 20 s, the longest first. */
const LONG_FILES: readonly string[] = [
  'count-chaos',
  'count',
  'count-stop',
  'consumer-group',
  'count-crash',
  'development-broker',
  'count-clock',
  'produce-command-outage',
  'app-rights',
  'fetch-outage',
  'app-command',
  'count-groups',
  'transactions',
  'count-threads',
  'count-input'
].map(name => `test/integration/${name}.test.ts`)

/** The files with the long ones in front: begun last, each would be waited for alone. */
export function longestFirst(files: readonly string[]): readonly string[] {
  const long = LONG_FILES.filter(file => files.includes(file))
  return [...long, ...files.filter(file => !long.includes(file))]
}
