import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import {
  bits,
  boolean,
  der,
  integer,
  octets,
  oid,
  sequence,
  setOf,
  tagged,
  time,
  utf8
} from './der.ts'

const VALID_MS = 10 * 365 * 86_400_000
const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'))

/** A certificate with its private key, both in PEM. */
export interface Certificate {
  readonly name: string
  readonly certificate: string
  readonly key: string
  readonly privateKey: KeyObject
}

/** A new authority that signs only certificates of this development broker. */
export function makeAuthority(name: string, now: number): Certificate {
  // keyUsage bits 5 and 6: signs certificates and revocation lists.
  return make(name, now, undefined, [
    extension('2.5.29.19', true, sequence(boolean(true))),
    extension('2.5.29.15', true, bits(Buffer.from([0x06]), 1))
  ])
}

/** A certificate for a server on this machine, or for a user of it. */
export function makeCertificate(name: string, now: number, authority: Certificate): Certificate {
  const local = sequence(
    der(0x82, Buffer.from('localhost')),
    der(0x87, Buffer.from([127, 0, 0, 1])),
    der(0x87, Buffer.from([...Array.from({ length: 15 }, () => 0), 1]))
  )
  return make(name, now, authority, [
    extension('2.5.29.19', true, sequence()),
    // serverAuth and clientAuth: the nodes are each other's clients too.
    extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2'))),
    extension('2.5.29.17', false, local)
  ])
}

/**
 * X.509 version 3 (RFC 5280, 4.1), P-256, ECDSA with SHA-256:
 *
 *     SEQUENCE { tbs, algorithm, BIT STRING signature of tbs }
 *     tbs = SEQUENCE { [0] version, serial, algorithm, issuer, validity, subject, public key,
 *                      [3] extensions }
 */
function make(
  name: string,
  now: number,
  authority: Certificate | undefined,
  extensions: readonly Buffer[]
): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const serial = randomBytes(16)
  serial[0] = (serial[0]! & 0x7f) | 0x40
  const toBeSigned = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(serial),
    ECDSA_WITH_SHA256,
    distinguishedName(authority?.name ?? name),
    // A day earlier: the clocks of two containers on one machine may differ.
    sequence(time(now - 86_400_000), time(now + VALID_MS)),
    distinguishedName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...extensions))
  )
  const signature = sign('sha256', toBeSigned, authority?.privateKey ?? privateKey)
  return {
    name,
    certificate: pem(sequence(toBeSigned, ECDSA_WITH_SHA256, bits(signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    privateKey
  }
}

function distinguishedName(commonName: string): Buffer {
  return sequence(setOf(sequence(oid('2.5.4.3'), utf8(commonName))))
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value))
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').replace(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}
