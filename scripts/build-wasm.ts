import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from './gate/tree.ts'

/*
 * Compiles `wasm/` and writes its modules as text that any runtime can import: no file to find, no
 * request to make. With `--check` nothing is written: the modules in the tree must be what the sources
 * give, byte for byte, so that nobody has to trust it.
 */
const MODULES = [
  {
    config: 'wasm/asconfig.json',
    path: 'src/sketch/hash-kernel-module.ts',
    what: 'The hash kernel',
    name: 'hashKernelBase64'
  },
  {
    config: 'wasm/table-asconfig.json',
    path: 'src/sketch/fingerprint-table-module.ts',
    what: 'The table of fingerprints',
    name: 'fingerprintTableBase64'
  },
  {
    config: 'wasm/extract-asconfig.json',
    path: 'src/extract/extract-kernel-module.ts',
    what: 'The extraction kernel',
    name: 'extractKernelBase64'
  },
  {
    config: 'wasm/produce-asconfig.json',
    path: 'src/kafka/batch/produce-kernel-module.ts',
    what: 'The produce kernel',
    name: 'produceKernelBase64'
  },
  {
    config: 'wasm/unpack-asconfig.json',
    path: 'src/kafka/batch/unpack-kernel-module.ts',
    what: 'The unpack kernel',
    name: 'unpackKernelBase64'
  }
] as const
const TEXT_WIDTH = 92

type Module = (typeof MODULES)[number]

function compile(config: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'headcount-wasm-'))
  try {
    const output = join(folder, 'module.wasm')
    const compiler = join(projectRoot, 'node_modules', 'assemblyscript', 'bin', 'asc.js')
    const args = ['--config', config, '--target', 'release', '--outFile', output]
    execFileSync(process.execPath, [compiler, ...args], { cwd: projectRoot, stdio: 'inherit' })
    return readFileSync(output)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function moduleText({ config, what, name }: Module): string {
  const wasm = compile(config)
  const base64 = wasm.toString('base64')
  const pieces = base64.match(new RegExp(`.{1,${TEXT_WIDTH}}`, 'g')) ?? []
  const lines = pieces.map(piece => `  '${piece}'`).join(' +\n')
  return `/**
 * ${what}, ${wasm.length} bytes of WASM in base64, compiled from \`wasm/\`.
 * Written by \`node scripts/build-wasm.ts\`; \`npm run check\` proves that the sources give it.
 */
export const ${name} =
${lines}
`
}

for (const module of MODULES) {
  const built = moduleText(module)
  const path = join(projectRoot, module.path)
  if (!process.argv.includes('--check')) {
    writeFileSync(path, built)
    console.log(`${module.path} written`)
  } else if (existsSync(path) && readFileSync(path, 'utf8') === built) {
    console.log(`wasm: ${module.path} is what wasm/ compiles to`)
  } else {
    console.log(`${module.path} is not what wasm/ compiles to: run node scripts/build-wasm.ts`)
    process.exitCode = 1
  }
}
