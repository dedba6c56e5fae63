// Starts `scripts/<name>.ts`. Plain old JavaScript, so that any Node gets as far as the message.
const [, , name, ...args] = process.argv
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 24 || (major === 24 && minor < 6)) {
  console.error(`npm run ${name}: needs Node 24.6 or newer, this is ${process.versions.node}`)
  console.error(
    '  → npm ci brings one for the project; it needs its install script (--ignore-scripts off)'
  )
  process.exitCode = 2
} else {
  const script = new URL(`./${name}.ts`, import.meta.url)
  process.argv = [process.argv[0], script.pathname, ...args]
  await import(script.href)
}
