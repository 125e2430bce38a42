import { connect } from 'node:tls';
import { ImapClient } from '#support/imap-client.ts';
import type { AccountTruth } from './account-truth.ts';
import { SessionView } from './session-view.ts';
import { endingOf, type StateCommand } from './state-command.ts';
import { readUntagged } from './untagged.ts';

export interface SessionDoor {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** ENABLE CONDSTORE right after log-in, so that every FETCH brings a MODSEQ. */
  readonly enable: 'nothing' | 'CONDSTORE' | 'QRESYNC';
}

/** One client of the tester: its connection, what it has selected, and what it was told of that. */
export class StateSession {
  readonly name: string;
  readonly door: SessionDoor;
  readonly truth: AccountTruth;
  view: SessionView | undefined;
  readOnly = false;
  idleTag: string | undefined;
  #client: ImapClient | undefined;
  #tags = 0;
  readonly #trace: string[] = [];

  constructor(name: string, door: SessionDoor, truth: AccountTruth) {
    this.name = name;
    this.door = door;
    this.truth = truth;
  }

  /** The last lines of the conversation, for whoever looks for a fault. */
  get trace(): string {
    return this.#trace.join('\n');
  }

  get isConnected(): boolean {
    return this.#client !== undefined;
  }

  async connect(): Promise<void> {
    const { port, user, password, enable } = this.door;
    const client = new ImapClient(connect({ port, host: '127.0.0.1', rejectUnauthorized: false }));
    this.#client = client;
    await client.line();
    const commands = [`LOGIN "${user}" "${password}"`];
    if (enable !== 'nothing') commands.push(`ENABLE ${enable}`);
    for (const text of commands) {
      const answer = await client.command(text);
      if (answer.at(-1)?.startsWith('OK') !== true) throw new Error(`${this.name}: ${answer.join(' | ')}`);
    }
  }

  /** Without a farewell, as a network does. */
  disconnect(): void {
    this.#client?.destroy();
    this.#client = undefined;
    this.view = undefined;
    this.idleTag = undefined;
    this.#note('-- disconnected');
  }

  /** Sends octets and nothing after them. */
  async sendAndVanish(text: string): Promise<void> {
    const client = this.#mustClient();
    client.send(Buffer.from(text, 'latin1'));
    this.#note(`C: ${text.slice(0, 120)} -- cut`);
    await client.flush();
    this.disconnect();
  }

  /** Sends all at once, and reads until the last is answered. */
  async run(commands: readonly StateCommand[]): Promise<void> {
    const client = this.#mustClient();
    const tags = commands.map((command) => this.#send(client, command.text));
    for (const [at, command] of commands.entries()) {
      command.begin?.(this.view);
      await this.#answer(client, tags[at] ?? '', command);
    }
  }

  /** Sends all at once, and is gone before or after the first line of the answers. */
  async runAndVanish(commands: readonly StateCommand[], readsLine: boolean): Promise<void> {
    const client = this.#mustClient();
    for (const command of commands) this.#send(client, command.text);
    await client.flush();
    if (readsLine) await client.line();
    this.disconnect();
    for (const command of commands) command.lost?.();
  }

  async idle(): Promise<void> {
    const client = this.#mustClient();
    this.idleTag = this.#send(client, 'IDLE');
    const line = await client.line();
    if (!line.startsWith('+')) throw new Error(`${this.name}: IDLE is answered by ${line}`);
  }

  /** Ends IDLE; what was told meanwhile is taken now, in order. */
  async done(): Promise<void> {
    const tag = this.idleTag;
    if (tag === undefined) return;
    this.idleTag = undefined;
    this.#mustClient().send('DONE\r\n');
    this.#note('C: DONE');
    await this.#answer(this.#mustClient(), tag, { text: 'IDLE', mayExpunge: true });
  }

  #send(client: ImapClient, text: string): string {
    this.#tags += 1;
    const tag = `S${this.#tags}`;
    client.send(Buffer.from(`${tag} ${text}\r\n`, 'latin1'));
    this.#note(`C: ${tag} ${text.slice(0, 160)}`);
    return tag;
  }

  async #answer(client: ImapClient, tag: string, command: StateCommand): Promise<void> {
    for (;;) {
      const line = await client.line();
      this.#note(`S: ${line.slice(0, 160)}`);
      if (line.startsWith(`${tag} `)) {
        const ending = endingOf(line.slice(tag.length + 1));
        const isExpunged = ending.code === 'EXPUNGEISSUED';
        if (ending.status === 'NO' && !isExpunged && command.mayRefuse !== true)
          throw new Error(`${this.name}: ${command.text.slice(0, 100)} is answered by ${line}`);
        command.end?.(ending, this.view);
        return;
      }
      const told = readUntagged(line);
      if (told.kind === 'bye') throw new Error(`${this.name}: ${line}`);
      this.view?.take(told, command.mayExpunge);
      command.hear?.(told, this.view);
    }
  }

  #mustClient(): ImapClient {
    if (this.#client === undefined) throw new Error(`${this.name} is not connected`);
    return this.#client;
  }

  #note(line: string): void {
    this.#trace.push(line);
    if (this.#trace.length > 60) this.#trace.shift();
  }
}
