// Plain JavaScript, so that even an old Node gets as far as the message.
const [, , script, ...args] = process.argv
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 24 || (major === 24 && minor < 6)) {
  console.error(`this needs Node 24.6 or newer, but runs on ${process.version}`)
  console.error(
    'npm ci installs the right one beside the other packages; then: npm run check, npm test'
  )
  process.exit(2)
}

const target = new URL(`./${script}.ts`, import.meta.url)
process.argv.splice(1, 2, target.pathname)
process.argv.length = 2
process.argv.push(...args)
await import(target.href)
