import { ImapFlow, type ImapFlowError } from 'imapflow';
import { StartRefusal } from '#lib/start-refusal.ts';

export interface ImapServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first octet; otherwise STARTTLS, which must succeed. */
  readonly secure: boolean;
  /** Believes any certificate, and goes without TLS where the server has none. */
  readonly insecure: boolean;
  readonly user: string;
  readonly password: string;
  /** Waits before another try; tests do not. */
  readonly pause: (ms: number) => Promise<void>;
}

export interface SteadyConnection {
  /** Does the work, again from its beginning whenever the connection breaks under it. */
  run<Result>(work: (client: ImapFlow) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

const connectWithinMs = 30_000;
const silenceMs = 120_000;
const triesMax = 8;
const firstPauseMs = 1_000;
const lastPauseMs = 60_000;

/** The first connection must succeed, so that a slip of the hand is told at once. Throws `StartRefusal`. */
export async function connectSteadily(server: ImapServer): Promise<SteadyConnection> {
  let client: ImapFlow | undefined = await connectFirst(server);
  let turn: Promise<unknown> = Promise.resolve();

  async function attempt<Result>(work: (client: ImapFlow) => Promise<Result>): Promise<Result> {
    for (let tries = 1; ; tries += 1) {
      try {
        client ??= await connect(server);
        return await work(client);
      } catch (error) {
        // A server's own NO is its answer; whoever asked decides.
        if (error instanceof StartRefusal || isAnswer(error)) throw error;
        client?.close();
        client = undefined;
        if (tries === triesMax)
          throw new StartRefusal(
            `${server.host} is not reached any more (${messageOf(error)}). What was imported stays; run the command again to go on.`,
            { cause: error },
          );
        await server.pause(Math.min(firstPauseMs * 2 ** (tries - 1), lastPauseMs));
      }
    }
  }

  return {
    run(work) {
      // One at a time: what is selected belongs to the connection.
      const next = turn.then(() => attempt(work));
      turn = next.catch(() => undefined);
      return next;
    },
    async close() {
      await turn;
      try {
        await client?.logout();
      } catch {
        // It is closed anyway.
        client?.close();
      }
    },
  };
}

async function connectFirst(server: ImapServer): Promise<ImapFlow> {
  try {
    return await connect(server);
  } catch (error) {
    if (error instanceof StartRefusal) throw error;
    throw new StartRefusal(`${server.host}:${server.port} is not reached: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

async function connect(server: ImapServer): Promise<ImapFlow> {
  const client = new ImapFlow({
    host: server.host,
    port: server.port,
    secure: server.secure,
    ...(server.secure || server.insecure ? {} : { doSTARTTLS: true }),
    tls: { rejectUnauthorized: !server.insecure },
    auth: { user: server.user, pass: server.password },
    connectionTimeout: connectWithinMs,
    greetingTimeout: connectWithinMs,
    socketTimeout: silenceMs,
    disableAutoIdle: true,
    logger: false,
  });
  // A break comes to whoever waits for an answer; without a listener it would end the program as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    client.close();
    throw connectRefusal(server, error as ImapFlowError);
  }
  return client;
}

/** What another try does not mend. */
function connectRefusal({ host, port, user }: ImapServer, error: ImapFlowError): Error {
  if (error.authenticationFailed === true)
    return new StartRefusal(`${host} refuses the password of ${user}.`);
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS/.test(error.code ?? ''))
    return new StartRefusal(
      `The certificate of ${host}:${port} is not valid (${error.code}). Use the right name, or --insecure if you know why.`,
    );
  if (error.code === 'ENOTFOUND') return new StartRefusal(`There is no host ${host}.`);
  return error;
}

function isAnswer(error: unknown): boolean {
  const status = (error as ImapFlowError).responseStatus;
  return status === 'NO' || status === 'BAD';
}

/** The server's words for what it would not do; anything else is thrown on. */
export function refusalOf(error: unknown): string {
  if (error instanceof StartRefusal || !isAnswer(error)) throw error;
  return (error as ImapFlowError).responseText ?? messageOf(error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
