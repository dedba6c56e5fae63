import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { makeAuthority, makeCertificate } from '../../src/broker/certificate.ts'
import { integer, oid, sequence } from '../../src/broker/der.ts'

const now = Date.UTC(2026, 0, 15)

test('the forms of DER are those of the standard', () => {
  assert.equal(oid('1.2.840.10045.4.3.2').toString('hex'), '06082a8648ce3d040302')
  assert.equal(oid('2.5.29.17').toString('hex'), '0603551d11')
  assert.equal(integer(Buffer.from([0x80])).toString('hex'), '02020080')
  assert.equal(sequence(Buffer.alloc(127)).subarray(0, 2).toString('hex'), '307f')
  assert.equal(sequence(Buffer.alloc(128)).subarray(0, 3).toString('hex'), '308180')
  assert.equal(sequence(Buffer.alloc(256)).subarray(0, 4).toString('hex'), '30820100')
})

test('an authority signs certificates for this machine', () => {
  const authority = makeAuthority('test authority', now)
  const ca = new X509Certificate(authority.certificate)
  const made = makeCertificate('localhost', now, authority)
  const server = new X509Certificate(made.certificate)
  assert.equal(ca.ca, true)
  assert.equal(server.ca, false)
  assert.equal(server.subject, 'CN=localhost')
  assert.equal(server.issuer, 'CN=test authority')
  assert.equal(server.verify(ca.publicKey), true)
  assert.equal(server.checkIssued(ca), true)
  assert.equal(server.checkPrivateKey(createPrivateKey(made.key)), true)
  assert.equal(server.checkHost('localhost'), 'localhost')
  assert.equal(server.checkIP('127.0.0.1'), '127.0.0.1')
  assert.equal(server.checkHost('example.org'), undefined)
  assert.ok(server.validFromDate.getTime() < now && server.validToDate.getTime() > now)
})

test('another authority did not sign it', () => {
  const made = makeCertificate('localhost', now, makeAuthority('a', now))
  const other = new X509Certificate(makeAuthority('a', now).certificate)
  assert.equal(new X509Certificate(made.certificate).verify(other.publicKey), false)
})
