import { webcrypto } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isIP } from 'node:net';
import { StartRefusal } from '#lib/start-refusal.ts';

export interface TlsPair {
  readonly key: string;
  readonly cert: string;
}

const validDays = 825;

/** The pair that is configured, or a self-signed one, made once and kept in the data folder (0600). */
export async function loadTls(
  configured: { certPath: string; keyPath: string } | undefined,
  dataDir: string,
  hosts: readonly string[],
): Promise<TlsPair> {
  if (configured !== undefined) {
    const [cert, key] = await Promise.all([
      readPem('TLS_CERT', configured.certPath),
      readPem('TLS_KEY', configured.keyPath),
    ]);
    return { cert, key };
  }
  const certPath = join(dataDir, 'tls-cert.pem');
  const keyPath = join(dataDir, 'tls-key.pem');
  if (!existsSync(certPath) || !existsSync(keyPath)) {
    const pair = await makeSelfSigned(hosts);
    // The key first: a certificate without its key would be taken for a whole pair.
    await writeFile(keyPath, pair.key, { mode: 0o600 });
    await writeFile(certPath, pair.cert, { mode: 0o600 });
  }
  return { cert: await readFile(certPath, 'utf8'), key: await readFile(keyPath, 'utf8') };
}

async function readPem(name: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new StartRefusal(`${name}: ${path} cannot be read. Name a PEM file that the hub may read.`);
  }
}

async function makeSelfSigned(hosts: readonly string[]): Promise<TlsPair> {
  // Loaded for the one time it is needed; the library's own container wants the polyfill first.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const crypto = webcrypto;
  x509.cryptoProvider.set(crypto as never);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('hex'),
    name: 'CN=chidao',
    notBefore: new Date(now - 86_400_000),
    notAfter: new Date(now + validDays * 86_400_000),
    signingAlgorithm: algorithm,
    keys: keys as never,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.SubjectAlternativeNameExtension(
        hosts.map((host) => (isIP(host) === 0 ? { type: 'dns', value: host } : { type: 'ip', value: host })),
      ),
    ],
  });
  const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const lines = key.match(/.{1,64}/g) ?? [];
  return {
    cert: `${certificate.toString('pem')}\n`,
    key: `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`,
  };
}
