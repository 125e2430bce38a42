import { Client, escapeIdentifier } from 'pg';

import { StartRefusal } from '#lib/start-refusal.ts';

const ANSWER_WITHIN_MS = 9_000;
const VERSION_MIN = 16;

/**
 * Refuses a database on which the hub would work wrongly later: one that cannot be reached (within 10 s), an old
 * PostgreSQL, another encoding than UTF8, or character types that do not know Vietnamese letters. In the last case
 * pg_trgm drops them (`show_trgm('đ')` is empty) and search would silently miss names.
 *
 * `answerWithinMs` is the limit for the login and for each question.
 *
 * The refusals name host, port and database, never the password.
 */
export async function checkDatabase(url: string, answerWithinMs = ANSWER_WITHIN_MS): Promise<void> {
  const client = clientFor(url, answerWithinMs);
  client.on('error', () => undefined);
  const place = `The database ${client.database} on ${client.host}:${client.port}`;
  try {
    await client.connect();
    await refuseOldServer(client, place);
    await refuseOtherEncoding(client, place);
    await refuseBlindTrigrams(client, place);
  } catch (error) {
    if (error instanceof StartRefusal) throw error;
    throw new StartRefusal(
      `${place} cannot be used: ${reasonOf(error)}. Check DATABASE_URL and that PostgreSQL is running.`,
      { cause: error },
    );
  } finally {
    // A server that hangs does not take leave; the hub must not wait for it.
    void client.end().catch(() => undefined);
  }
}

function clientFor(url: string, answerWithinMs: number): Client {
  try {
    return new Client({
      connectionString: url,
      application_name: 'chidao start',
      connectionTimeoutMillis: answerWithinMs,
      query_timeout: answerWithinMs,
    });
  } catch {
    // The error is not kept as the cause: it may quote the address with its password.
    throw new StartRefusal(
      'DATABASE_URL is not an address such as postgres://user:password@host:5432/database.',
    );
  }
}

async function refuseOldServer(client: Client, place: string): Promise<void> {
  const { rows } = await client.query<{ server_version_num: string }>('SHOW server_version_num');
  const major = Math.floor(Number(rows[0]?.server_version_num) / 10_000);
  if (major >= VERSION_MIN) return;
  throw new StartRefusal(
    `${place} is PostgreSQL ${major}, the hub needs ${VERSION_MIN} or newer: upgrade it, or set DATABASE_URL to another.`,
  );
}

async function refuseOtherEncoding(client: Client, place: string): Promise<void> {
  const { rows } = await client.query<{ encoding: string }>(
    'SELECT pg_encoding_to_char(encoding) AS encoding FROM pg_database WHERE datname = current_database()',
  );
  const encoding = rows[0]?.encoding;
  if (encoding === 'UTF8') return;
  throw new StartRefusal(
    `${place} has the encoding ${encoding}, in which Vietnamese letters break: create it with ENCODING 'UTF8' TEMPLATE template0.`,
  );
}

/** Asks pg_trgm where it is installed, else installs it for the length of the question where that is allowed. */
async function refuseBlindTrigrams(client: Client, place: string): Promise<void> {
  await client.query('BEGIN');
  try {
    const installed = await trigramSchema(client);
    if (installed === undefined && !(await canInstallTrigrams(client))) return;
    const schema = escapeIdentifier(installed ?? (await trigramSchema(client)) ?? 'public');
    const { rows } = await client.query<{ known: boolean }>(
      `SELECT cardinality(${schema}.show_trgm('đ')) > 0 AS known`,
    );
    if (rows[0]?.known === true) return;
  } finally {
    await client.query('ROLLBACK');
  }
  throw new StartRefusal(
    `${place} does not know Vietnamese letters (its LC_CTYPE drops them from searches): create it with LC_CTYPE 'C.UTF-8' TEMPLATE template0.`,
  );
}

async function trigramSchema(client: Client): Promise<string | undefined> {
  const { rows } = await client.query<{ nspname: string }>(
    "SELECT nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = 'pg_trgm'",
  );
  return rows[0]?.nspname;
}

async function canInstallTrigrams(client: Client): Promise<boolean> {
  try {
    await client.query("SET LOCAL lock_timeout = '3s'");
    await client.query('CREATE EXTENSION pg_trgm');
    return true;
  } catch (error) {
    // Not there, not allowed, or another process is creating it: the migrations will say so. No answer is a fault.
    if ((error as { code?: string }).code === undefined) throw error;
    return false;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it does not answer';
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ECONNREFUSED':
      return 'nothing listens there';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name is not known';
    case '28P01':
    case '28000':
      return 'it refuses the user or the password';
    case '3D000':
      return 'it does not exist';
    case undefined:
      return /timeout/iu.test(error.message) ? 'it does not answer in time' : error.message;
    default:
      return error.message;
  }
}
