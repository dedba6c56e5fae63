import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { type ConfigPlaces, configLayers, projectFileOf } from '../../src/cli/config-files.ts'
import { isFailure } from '../../src/core/errors.ts'
import { resolveOptions } from '../../src/runtime/options/resolve-options.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'headcount-config-'))
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

function put(path: string, content: string): string {
  const full = join(root, path)
  mkdirSync(join(full, '..'), { recursive: true })
  writeFileSync(full, content)
  return full
}

function places(folder: string, changes: Partial<ConfigPlaces> = {}): ConfigPlaces {
  mkdirSync(join(root, folder), { recursive: true })
  return { folder: join(root, folder), home: join(root, 'home'), env: {}, ...changes }
}

const topicOf = (at: ConfigPlaces) => resolveOptions(['topic'], configLayers(at)).get('topic')

test('the project file is found upward, to the root of the checkout', () => {
  put('repo/.git/HEAD', '')
  const file = put('repo/headcount.config.json', '{}')
  assert.equal(projectFileOf(places('repo/a/b')), file)
})

test('nothing above the root of the checkout counts', () => {
  put('headcount.config.json', '{}')
  put('repo/.git/HEAD', '')
  assert.equal(projectFileOf(places('repo/a')), undefined)
})

test('below the home folder it is found up to there', () => {
  const file = put('home/headcount.config.json', '{}')
  assert.equal(projectFileOf(places('home/a/b')), file)
})

test('the nearest file wins', () => {
  put('home/headcount.config.json', '{}')
  const file = put('home/a/headcount.config.json', '{}')
  assert.equal(projectFileOf(places('home/a/b')), file)
})

test('in a shared folder a file above is somebody else’s', () => {
  put('shared/headcount.config.json', '{}')
  assert.equal(projectFileOf(places('shared/mine')), undefined)
  const own = put('shared/mine/headcount.config.json', '{}')
  assert.equal(projectFileOf(places('shared/mine')), own)
})

test('--config replaces the project file, and must be there', () => {
  put('home/headcount.config.json', '{"topic":"found"}')
  put('home/other.json', '{"topic":"named"}')
  assert.equal(topicOf(places('home')), 'found')
  assert.equal(topicOf(places('home', { named: 'other.json' })), 'named')
  const missing = places('home', { named: 'none.json' })
  assert.throws(
    () => configLayers(missing),
    error => isFailure(error, 'config-file') && /there is no such file/.test(error.message)
  )
  const folder = places('home', { named: '.' })
  assert.throws(
    () => configLayers(folder),
    error => isFailure(error, 'config-file') && /it is a directory/.test(error.message)
  )
})

test('.env counts below the environment and above the files', () => {
  put('home/.env', '# comment\nHEADCOUNT_TOPIC="dot env"\nOTHER=1\n')
  put('home/headcount.config.json', '{"topic":"file"}')
  assert.equal(topicOf(places('home')), 'dot env')
  assert.equal(topicOf(places('home', { env: { HEADCOUNT_TOPIC: 'env' } })), 'env')
})

test('the user file is the weakest, in ~/.config or XDG_CONFIG_HOME', () => {
  put('home/.config/headcount/config.json', '{"topic":"user"}')
  assert.equal(topicOf(places('home/a')), 'user')
  put('xdg/headcount/config.json', '{"topic":"xdg"}')
  assert.equal(topicOf(places('home/a', { env: { XDG_CONFIG_HOME: join(root, 'xdg') } })), 'xdg')
  put('home/a/headcount.config.json', '{"topic":"project"}')
  assert.equal(topicOf(places('home/a')), 'project')
})
