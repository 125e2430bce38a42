import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginScram, readClientFirst, scramSalt, scramVerifier } from '#app/access/scram.ts';
import { scramClient } from '#support/scram-client.ts';

/** The exchange of RFC 7677, section 3. */
const example = {
  password: 'pencil',
  salt: Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'),
  clientFirst: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
  serverNonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
  serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  clientFinal:
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
} as const;

function begin(message: string = example.clientFirst) {
  const first = readClientFirst(message);
  if (first === undefined) throw new Error('not a first message');
  return beginScram(first, example.salt, example.serverNonce);
}

describe('SCRAM-SHA-256', () => {
  it('is that of RFC 7677, octet by octet', async () => {
    const exchange = begin();
    expect(exchange.serverFirst).toBe(example.serverFirst);
    const verifier = await scramVerifier(example.password, example.salt);
    expect(exchange.finish(example.clientFinal, [verifier])).toEqual({
      serverFinal: example.serverFinal,
      verifier,
    });
  });

  it('finds the one of several passwords that was proven, and none for another', async () => {
    const verifiers = await Promise.all(
      ['mot', 'hai', 'ba'].map((word) => scramVerifier(word, example.salt)),
    );
    const client = scramClient('lan', 'hai', 'abc');
    const exchange = begin(client.first);
    const finished = exchange.finish(client.final(exchange.serverFirst), verifiers);
    expect(finished?.verifier).toBe(verifiers[1]);
    expect(client.trusts(finished?.serverFinal ?? '')).toBe(true);
    const stranger = scramClient('lan', 'bon', 'abc');
    expect(begin(stranger.first).finish(stranger.final(exchange.serverFirst), verifiers)).toBeUndefined();
  });

  it('refuses a proof of another exchange: the nonce and the header are signed', async () => {
    const verifiers = [await scramVerifier('mot', example.salt)];
    const client = scramClient('lan', 'mot', 'abc');
    const final = client.final(begin(client.first).serverFirst);
    const replayed = beginScram(readClientFirst(client.first) ?? (undefined as never), example.salt, 'khac');
    expect(replayed.finish(final, verifiers)).toBeUndefined();
    const other = begin(client.first.replace(/^n,,/u, 'y,,'));
    expect(other.finish(final, verifiers)).toBeUndefined();
  });

  it.each([
    '',
    'n,,',
    'n,,n=,r=abc',
    'n,,n=lan',
    'p=tls-unique,,n=lan,r=abc',
    'n,a=minh,n=lan,r=abc',
    'n,,m=ext,n=lan,r=abc',
    'n,,n=la=2Xn,r=abc',
    `n,,n=${'l'.repeat(2000)},r=abc`,
  ])('reads nothing from %j', (message) => {
    expect(readClientFirst(message)).toBeUndefined();
  });

  it('reads a name with comma and equals sign, and one that acts as itself', () => {
    expect(readClientFirst('n,a=lan,n=lan,r=abc')?.userName).toBe('lan');
    expect(readClientFirst('n,,n=a=2Cb=3Dc,r=abc')?.userName).toBe('a,b=c');
  });

  it('never throws, whatever is said', async () => {
    const verifiers = [await scramVerifier('mot', example.salt)];
    assert(
      property(string({ unit: 'binary' }), string(), (one, two) => {
        readClientFirst(one);
        begin().finish(two, verifiers);
        begin().finish(`c=biws,r=x,p=${two}`, verifiers);
      }),
    );
  });

  it('salts an address always the same, and another otherwise', () => {
    const secret = Buffer.from('bí mật');
    expect(scramSalt(secret, 'a@b.example')).toEqual(scramSalt(secret, 'a@b.example'));
    expect(scramSalt(secret, 'a@b.example')).not.toEqual(scramSalt(secret, 'c@b.example'));
    expect(scramSalt(secret, 'a@b.example')).toHaveLength(16);
  });
});
