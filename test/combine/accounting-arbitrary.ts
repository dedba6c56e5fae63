import fc from 'fast-check'
import { Accounting } from '../../src/combine/accounting.ts'
import { verdicts } from '../../src/extract/columns.ts'

/** Any accounting of a range: `suspended` is a change, so it may be negative. */
export const accountings: fc.Arbitrary<Accounting> = fc
  .record({
    byVerdict: fc.array(fc.nat(), { minLength: verdicts.length, maxLength: verdicts.length }),
    tooLate: fc.array(fc.nat(), { maxLength: 31 }),
    read: fc.maxSafeNat().map(frames => frames % 2 ** 52),
    late: fc.nat(),
    lost: fc.nat(64),
    suspended: fc.integer({ min: -64, max: 64 })
  })
  .map(({ byVerdict, tooLate, ...rest }) => {
    const accounting = Object.assign(new Accounting(), rest)
    accounting.byVerdict.set(byVerdict)
    accounting.tooLate.set(tooLate)
    return accounting
  })
