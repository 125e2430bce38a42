import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

/** The client's side of SCRAM-SHA-256 (RFC 5802, section 3), for tests. */
export function scramClient(userName: string, password: string, nonce: string, gs2Header = 'n,,') {
  const bare = `n=${userName.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`;
  const sign = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  let expected = '';
  return {
    first: `${gs2Header}${bare}`,
    final(serverFirst: string): string {
      const [, whole = '', salt = '', iterations = ''] =
        /^r=([^,]+),s=([^,]+),i=(\d+)$/u.exec(serverFirst) ?? [];
      const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256');
      const withoutProof = `c=${Buffer.from(gs2Header).toString('base64')},r=${whole}`;
      const authMessage = `${bare},${serverFirst},${withoutProof}`;
      const clientKey = sign(salted, 'Client Key');
      const signature = sign(createHash('sha256').update(clientKey).digest(), authMessage);
      const proof = Buffer.from(clientKey.map((octet, place) => octet ^ (signature[place] ?? 0)));
      expected = `v=${sign(sign(salted, 'Server Key'), authMessage).toString('base64')}`;
      return `${withoutProof},p=${proof.toString('base64')}`;
    },
    /** Whether the server has shown that it knows the password too. */
    trusts: (serverFinal: string) => serverFinal === expected,
  };
}
