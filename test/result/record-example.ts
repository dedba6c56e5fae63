import type { ResultRecord } from '../../src/result/result-record.ts'

export const exampleRecord: ResultRecord = {
  window: '1m',
  start: '2016-07-11T13:41:00Z',
  end: '2016-07-11T13:42:00Z',
  zone: 'UTC',
  group: null,
  uniques: 1_234_567,
  low: 1_200_000,
  high: 1_270_000,
  confidence: 0.95,
  method: 'hll',
  precision: 14,
  frames: 2_847,
  late: 3,
  status: 'final',
  revision: 2,
  closedBy: 'watermark',
  emittedAt: '2026-11-22T12:00:00.000Z'
}
