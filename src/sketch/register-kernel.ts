import type { HashKernel } from './hash-kernel.ts'
import { createHashKernel } from './hash-kernel-choice.ts'

let kernel: HashKernel | undefined

/** The kernel that merges registers, chosen once; nobody else's keys are in its memory. */
export function registerKernel(): HashKernel {
  kernel ??= createHashKernel()
  return kernel
}
