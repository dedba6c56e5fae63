/*
 * Loaded into each test file's process. A test that times out may leave connections or timers behind that
 * keep its process alive, and with it the whole run: the runner waits for every process. So a file has a
 * time of its own, after which it ends and says what was still open.
 */
export const FILE_DEADLINE_VARIABLE = 'HEADCOUNT_TEST_FILE_MS'

const limitMs = Number(process.env[FILE_DEADLINE_VARIABLE])
if (limitMs > 0) {
  setTimeout(() => {
    const open = [...new Set(process.getActiveResourcesInfo())].join(', ')
    console.error(`this file did not end within ${limitMs / 1_000} s; still open: ${open}`)
    process.exit(1)
  }, limitMs).unref()
}
