/** The module of a thread that extracts lines, as source or as built. */
export const lineThread: URL = new URL(
  import.meta.url.endsWith('.ts') ? './thread.ts' : '../line-thread/thread.js',
  import.meta.url
)
