import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  judgeProduce,
  type ProduceFate,
  produceFailure
} from '../../src/kafka/produce/produce-outcome.ts'

const fates: Readonly<Record<number, ProduceFate>> = {
  0: 'acked',
  46: 'acked',
  45: 'identity',
  47: 'identity',
  59: 'identity',
  3: 'again',
  5: 'again',
  6: 'again',
  7: 'again',
  8: 'again',
  13: 'again',
  19: 'again',
  20: 'again',
  56: 'again',
  74: 'again',
  75: 'again',
  89: 'again',
  10: 'refused',
  17: 'refused',
  18: 'refused',
  29: 'refused',
  31: 'refused',
  32: 'refused',
  76: 'refused',
  87: 'refused',
  [-1]: 'refused',
  9999: 'refused'
}

describe('the answer to a batch', () => {
  for (const [code, fate] of Object.entries(fates)) {
    it(`with error ${code} means: ${fate}`, () => {
      assert.equal(judgeProduce(Number(code)).fate, fate)
    })
  }

  it('names the right that is missing', () => {
    const error = produceFailure('TOPIC_AUTHORIZATION_FAILED', '', { topic: 't', partition: 3 })
    assert.equal(error.code, 'broker-denied')
    assert.match(error.message, /t partition 3/)
  })

  it('keeps the broker’s own words, and a code that is not known yet', () => {
    const to = { topic: 't', partition: 0 }
    assert.match(
      produceFailure('INVALID_RECORD', 'null key', to).message,
      /INVALID_RECORD: null key/
    )
    assert.match(produceFailure(judgeProduce(9_999).id, '', to).message, /error 9999/)
  })
})
