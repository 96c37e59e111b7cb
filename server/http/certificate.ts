/** A self-signed certificate for the LAN, kept in the data folder so that browsers have to accept it only once. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';
import { lanAddress } from './addresses.ts';

export interface Certificate {
  key: string;
  cert: string;
}

const YEAR = 365 * 86_400_000;

export async function selfSignedCertificate(folder: string): Promise<Certificate> {
  const lan = lanAddress();
  const files = { key: join(folder, 'tls-key.pem'), cert: join(folder, 'tls-cert.pem') };
  const kept = await readPair(files);
  if (kept && fits(kept.cert, lan)) return kept;
  const made = await generate([{ name: 'commonName', value: 'Rankroom' }], {
    keySize: 2048,
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + YEAR),
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          ...(lan ? [{ type: 7 as const, ip: lan }] : []),
        ],
      },
    ],
  });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(files.key, made.private, { mode: 0o600 });
  await writeFile(files.cert, made.cert);
  return { key: made.private, cert: made.cert };
}

async function readPair(files: { key: string; cert: string }): Promise<Certificate | null> {
  try {
    const [key, cert] = await Promise.all([
      readFile(files.key, 'utf8'),
      readFile(files.cert, 'utf8'),
    ]);
    return { key, cert };
  } catch {
    return null;
  }
}

/** Still valid, and for the address this machine has now. */
function fits(pem: string, lan: string | null): boolean {
  const certificate = new X509Certificate(pem);
  return (
    Date.parse(certificate.validTo) > Date.now() && (!lan || certificate.checkIP(lan) !== undefined)
  );
}
