import type { FetchMessageObject, ImapFlow, ListResponse } from 'imapflow';
import type {
  ImportSource,
  ReadFolder,
  SourceFolder,
  SourceMessage,
  SourceProblem,
} from '#app/ports/mail-import.ts';
import { importedLevel } from '#domain/mail/import-folder.ts';
import { connectSteadily, refusalOf, type ImapServer } from './imap-connection.ts';
import { flagsOfImap } from './import-flags.ts';

/** Asked for in one FETCH, and held in memory twice: one that is filed and one that comes. */
const fetchMessagesMax = 100;
const fetchOctetsMax = 8 * 1024 ** 2;

interface Listed {
  readonly uid: number;
  readonly size: number;
  readonly flags: readonly string[];
  readonly internalDate: Date | undefined;
}

/** Mailboxes of an account on another server. They are opened with EXAMINE and fetched with BODY.PEEK: nothing changes there. */
export async function openImapSource(server: ImapServer): Promise<ImportSource> {
  const connection = await connectSteadily(server);
  const problems: SourceProblem[] = [];
  const serverPaths = new Map<string, string>();

  async function folders(): Promise<readonly SourceFolder[]> {
    const found: SourceFolder[] = [];
    const { listed, prefix, others } = await connection.run(listAll);
    for (const entry of listed.filter(({ flags }) => !flags.has('\\Noselect'))) {
      if (others.some((other) => entry.path.startsWith(other))) {
        problems.push({ place: entry.path, reason: 'not_own_mailbox' });
        continue;
      }
      const path = pathOf(entry, prefix);
      try {
        const status = await connection.run((client) =>
          client.status(entry.path, { messages: true, uidNext: true, uidValidity: true }),
        );
        if (status === false) throw Object.assign(new Error('STATUS failed'), { responseStatus: 'NO' });
        serverPaths.set(path, entry.path);
        found.push({
          path,
          specialUse: entry.specialUseSource === 'extension' ? entry.specialUse : undefined,
          // The package leaves it out where it is false, whatever its types say.
          subscribed: entry.subscribed || false,
          uidValidity: Number(status.uidValidity ?? 0) || undefined,
          uidNext: status.uidNext,
          messages: status.messages ?? 0,
        });
      } catch (error) {
        problems.push({ place: entry.path, reason: refusalOf(error) });
      }
    }
    return found.toSorted((left, right) => (left.path < right.path ? -1 : 1));
  }

  async function* messages(folder: SourceFolder, input: ReadFolder): AsyncGenerator<SourceMessage> {
    const open = { path: serverPaths.get(folder.path) ?? folder.path, folder };
    let listed: readonly Listed[];
    try {
      listed = await connection.run(async (client) => listMessages(await select(client, open)));
    } catch (error) {
      problems.push({ place: open.path, reason: refusalOf(error) });
      return;
    }
    const wanted = listed.filter(
      ({ uid, internalDate }) =>
        !input.known.has(String(uid)) &&
        (input.since === undefined || internalDate === undefined || internalDate >= input.since),
    );
    const chunks = chunksOf(wanted, input.messageBytesMax);
    const fetchChunk = (chunk: readonly Listed[]): Promise<readonly SourceMessage[]> =>
      fetchMessages(open, chunk, input.messageBytesMax);
    let next = chunks[0] === undefined ? undefined : fetchChunk(chunks[0]);
    for (let index = 0; next !== undefined; index += 1) {
      const fetched: readonly SourceMessage[] = await next;
      const coming = chunks[index + 1];
      next = coming === undefined ? undefined : fetchChunk(coming);
      // It is awaited in the next round; until then a failure must not end the program.
      next?.catch(() => undefined);
      yield* fetched;
    }
  }

  async function fetchMessages(
    open: OpenFolder,
    chunk: readonly Listed[],
    messageBytesMax: number,
  ): Promise<readonly SourceMessage[]> {
    const small = chunk.filter(({ size }) => size <= messageBytesMax);
    const found = small.length === 0 ? new Map<number, Buffer>() : await fetchSome(open, small);
    return chunk.flatMap((each) => {
      const bytes = found.get(each.uid);
      const place = `${open.path} UID ${each.uid}`;
      if (bytes === undefined && each.size <= messageBytesMax) {
        problems.push({ place, reason: 'gone_meanwhile' });
        return [];
      }
      return [
        {
          item: String(each.uid),
          place,
          uid: each.uid,
          ...flagsOfImap(each.flags),
          internalDate: each.internalDate,
          size: bytes?.length ?? each.size,
          // RFC822.SIZE is a promise that not every server keeps.
          bytes: bytes !== undefined && bytes.length <= messageBytesMax ? bytes : undefined,
        },
      ];
    });
  }

  /** All at once; a server that cannot give one of them is asked for each alone. */
  async function fetchSome(open: OpenFolder, chunk: readonly Listed[]): Promise<Map<number, Buffer>> {
    const all = chunk.map(({ uid }) => uid);
    const found = new Map<number, Buffer>();
    const fetchUids = async (uids: readonly number[]): Promise<void> => {
      const fetched = await connection.run(async (client) =>
        (await select(client, open)).fetchAll(uids.join(','), { uid: true, source: true }, { uid: true }),
      );
      for (const { uid, source } of fetched) if (source !== undefined) found.set(uid, source);
    };
    try {
      await fetchUids(all);
    } catch (error) {
      if (all.length === 1) problems.push({ place: `${open.path} UID ${all[0]}`, reason: refusalOf(error) });
      else refusalOf(error);
    }
    if (all.length > 1)
      for (const uid of all.filter((each) => !found.has(each))) {
        try {
          await fetchUids([uid]);
        } catch (error) {
          problems.push({ place: `${open.path} UID ${uid}`, reason: refusalOf(error) });
        }
      }
    return found;
  }

  return {
    name: `imap:${server.user}@${server.host.toLowerCase()}:${server.port}`,
    folders,
    messages,
    problems: () => problems,
    close: () => connection.close(),
  };
}

interface OpenFolder {
  readonly path: string;
  readonly folder: SourceFolder;
}

/** After a reconnect too. UIDs mean something else when UIDVALIDITY has changed (RFC 9051, section 2.3.1.1). */
async function select(client: ImapFlow, { path, folder }: OpenFolder): Promise<ImapFlow> {
  const selected = client.mailbox;
  const mailbox =
    selected !== false && selected.path === path
      ? selected
      : await client.mailboxOpen(path, { readOnly: true });
  if (Number(mailbox.uidValidity) !== (folder.uidValidity ?? 0))
    throw Object.assign(new Error('UIDVALIDITY has changed; run the import again'), { responseStatus: 'NO' });
  return client;
}

async function listMessages(client: ImapFlow): Promise<readonly Listed[]> {
  if (client.mailbox === false || client.mailbox.exists === 0) return [];
  const listed: Listed[] = [];
  const query = { uid: true, flags: true, internalDate: true, size: true };
  for await (const found of client.fetch('1:*', query)) listed.push(listedOf(found));
  return listed.toSorted((left, right) => left.uid - right.uid);
}

function listedOf({ uid, size, flags, internalDate }: FetchMessageObject): Listed {
  const date = internalDate === undefined ? undefined : new Date(internalDate);
  return {
    uid,
    size: size ?? 0,
    flags: [...(flags ?? [])],
    internalDate: date !== undefined && Number.isNaN(date.getTime()) ? undefined : date,
  };
}

function chunksOf(listed: readonly Listed[], messageBytesMax: number): readonly (readonly Listed[])[] {
  const chunks: Listed[][] = [];
  let octets = 0;
  for (const each of listed) {
    const size = each.size <= messageBytesMax ? each.size : 0;
    const last = chunks.at(-1);
    if (last !== undefined && last.length < fetchMessagesMax && octets + size <= fetchOctetsMax) {
      last.push(each);
      octets += size;
    } else {
      chunks.push([each]);
      octets = size;
    }
  }
  return chunks;
}

/** The namespace of the person's own mailboxes, such as `INBOX.`, is no level of the hub's; other people's are theirs. */
async function listAll(client: ImapFlow) {
  const listed = await client.list();
  const { other, shared } = client.namespaces ?? {};
  return {
    listed,
    prefix: client.namespace?.prefix ?? '',
    others: [...(other || []), ...(shared || [])]
      .map(({ prefix }) => prefix)
      .filter((prefix) => prefix !== ''),
  };
}

function pathOf(entry: ListResponse, prefix: string): string {
  const inside =
    prefix !== '' && entry.path.startsWith(prefix) ? entry.path.slice(prefix.length) : entry.path;
  if (inside.toUpperCase() === 'INBOX') return 'INBOX';
  const levels = entry.delimiter ? inside.split(entry.delimiter) : [inside];
  return levels.map(importedLevel).join('/').normalize('NFC');
}
