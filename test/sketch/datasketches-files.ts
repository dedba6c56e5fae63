import { existsSync, readdirSync, readFileSync } from 'node:fs'

/*
 * Files that the Java and C++ libraries of Apache DataSketches wrote (apache/datasketches-tck, Apache-2.0):
 * sketches at lgK 12 of the integers 0 … n − 1. The smallest of them are among the golden files, the
 * others in a shared folder that a clone may not have.
 */
export interface DataSketchesFile {
  readonly name: string
  readonly bytes: Uint8Array
  readonly language: 'java' | 'cpp'
  /** −1: not of integers. */
  readonly n: number
}

export interface HllFile extends DataSketchesFile {
  readonly bits: 4 | 6 | 8
}

export interface ThetaFile extends DataSketchesFile {
  readonly form: 'plain' | 'compressed'
}

const golden = new URL('../golden/datasketches/', import.meta.url)
const shared = new URL('../../../shared/data/datasketches/', import.meta.url)

/** Why only the smallest files are read; false when all are there. */
export const onlyGolden = existsSync(shared)
  ? false
  : 'the shared DataSketches files are not here: only the smallest ones are read'

const files = readAll(onlyGolden ? golden : shared)

export const hllFiles: readonly HllFile[] = files.flatMap(file => {
  const bits = /^hll([468])-/.exec(file.name)?.[1]
  return bits ? [{ ...file, bits: Number(bits) as 4 | 6 | 8 }] : []
})

export const thetaFiles: readonly ThetaFile[] = files.flatMap(file => {
  if (!file.name.startsWith('theta-')) return []
  return [{ ...file, form: file.name.includes('compressed') ? 'compressed' : 'plain' }]
})

function readAll(folder: URL): DataSketchesFile[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.sk'))
    .map(name => ({
      name: name.replace('.sk', '').replaceAll('_', '-'),
      bytes: new Uint8Array(readFileSync(new URL(name, folder))),
      language: name.endsWith('java.sk') ? 'java' : 'cpp',
      n: Number(/n(\d+)/.exec(name)?.[1] ?? -1)
    }))
}

/** The golden files, by name. */
export function goldenFile(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`${name}.sk`, golden)))
}
