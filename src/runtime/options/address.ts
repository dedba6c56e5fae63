const DEFAULT_PORT = 9_092

/** `host`, `host:port` or `[v6]:port` as `host:port`; undefined for anything else. */
export function normalAddress(text: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.%]+)\]|([^\s:/[\],]+))(?::(\d{1,5}))?$/i.exec(text.trim())
  if (!match) return undefined
  const port = match[3] === undefined ? DEFAULT_PORT : Number(match[3])
  if (port < 1 || port > 65_535) return undefined
  return match[1] === undefined ? `${match[2]}:${port}` : `[${match[1]}]:${port}`
}
