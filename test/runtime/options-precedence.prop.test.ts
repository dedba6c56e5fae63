import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  environmentLayer,
  fileLayer,
  flagLayer,
  type OptionLayer
} from '../../src/runtime/options/option-layer.ts'
import { resolveOptions } from '../../src/runtime/options/resolve-options.ts'
import { originKinds } from '../../src/runtime/options/resolved-options.ts'

type Place = Exclude<(typeof originKinds)[number], 'default'>

const places = originKinds.filter(kind => kind !== 'default')

/** One client id in each of the places, and the layers that say so. */
function layersOf(said: ReadonlySet<Place>, foreign: ReadonlySet<Place>): readonly OptionLayer[] {
  const flags = new Map<'client-id' | 'property', string[]>()
  if (said.has('flag')) flags.set('client-id', ['flag'])
  if (said.has('property')) flags.set('property', ['client.id=property'])
  const variables = (place: Place) =>
    !said.has(place)
      ? {}
      : foreign.has(place)
        ? { HEADCOUNT_PROPERTY: `client.id=${place}` }
        : { HEADCOUNT_CLIENT_ID: place }
  const json = (place: Place) =>
    JSON.stringify(
      !said.has(place)
        ? {}
        : foreign.has(place)
          ? { property: { 'client.id': place } }
          : { 'client-id': place }
    )
  return [
    flagLayer(flags),
    environmentLayer('environment', variables('environment')),
    environmentLayer('dotenv', variables('dotenv')),
    fileLayer('project', 'headcount.config.json', json('project')),
    fileLayer('user', 'config.json', json('user'))
  ]
}

const subset = fc.subarray([...places]).map(list => new Set(list))

test('the strongest place that says something wins, in our words or in foreign ones', () => {
  fc.assert(
    fc.property(subset, subset, (said, foreign) => {
      const options = resolveOptions(['client-id', 'property'], layersOf(said, foreign))
      const winner = places.find(place => said.has(place))
      assert.equal(options.get('client-id'), winner ?? 'headcount')
      assert.equal(options.origin('client-id')?.kind, winner ?? 'default')
      assert.equal(options.given('client-id'), winner !== undefined)
    })
  )
})

test('in one place our own name wins over the foreign one', () => {
  const variables = { HEADCOUNT_CLIENT_ID: 'ours', HEADCOUNT_PROPERTY: 'client.id=theirs' }
  const options = resolveOptions(
    ['client-id', 'property'],
    [environmentLayer('environment', variables)]
  )
  assert.equal(options.get('client-id'), 'ours')
})
