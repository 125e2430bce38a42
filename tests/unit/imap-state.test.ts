import { describe, expect, it } from 'vitest';
import { AccountTruth } from '#support/imap-state/account-truth.ts';
import { MailboxTruth } from '#support/imap-state/mailbox-truth.ts';
import { SessionView } from '#support/imap-state/session-view.ts';
import { readUntagged } from '#support/imap-state/untagged.ts';

/** A tester that finds nothing proves nothing: here are the faults that it must find. */
describe('the model of the IMAP state test', () => {
  function viewOf(lines: readonly string[], truth = new MailboxTruth('INBOX')): SessionView {
    const view = new SessionView(truth);
    for (const line of lines) view.take(readUntagged(line), true);
    return view;
  }
  const told = ['* 3 EXISTS', '* 1 FETCH (UID 4 FLAGS (\\Seen))', '* 2 FETCH (UID 7 FLAGS ())'];

  it('follows what a server tells', () => {
    const view = viewOf([...told, '* 1 EXPUNGE', '* 3 EXISTS', '* 3 FETCH (FLAGS (\\Deleted a) UID 9)']);
    expect(view.messages.map(({ uid }) => uid)).toEqual([7, undefined, 9]);
    expect(view.messages.at(-1)?.flags).toBe('\\deleted a');
  });

  it.each([
    ['EXISTS that shrinks', ['* 2 EXISTS']],
    ['EXPUNGE of a number that is not there', ['* 4 EXPUNGE']],
    ['FETCH of a number that is not there', ['* 4 FETCH (UID 11)']],
    ['a number with another UID', ['* 1 FETCH (UID 5)']],
    ['UIDs out of order', ['* 3 FETCH (UID 6)']],
    ['MODSEQ that goes back', ['* 1 FETCH (UID 4 MODSEQ (9))', '* 1 FETCH (UID 4 MODSEQ (8))']],
    [
      'two sets of flags at one MODSEQ',
      ['* 1 FETCH (UID 4 FLAGS () MODSEQ (9))', '* 1 FETCH (UID 4 FLAGS (a) MODSEQ (9))'],
    ],
    ['UIDNEXT below a message', ['* 3 FETCH (UID 9)', '* OK [UIDNEXT 9] Next']],
  ])('finds %s', (_name, lines) => {
    expect(() => viewOf([...told, ...lines])).toThrow(/INBOX: /);
  });

  it('finds EXPUNGE where it is forbidden', () => {
    const view = viewOf(told);
    expect(() => view.take(readUntagged('* 1 EXPUNGE'), false)).toThrow(/EXPUNGE during/);
  });

  it('finds a message that comes back, and one that goes without reason', () => {
    const truth = new MailboxTruth('INBOX');
    truth.created(4, 'a', 0);
    viewOf(['* 1 EXISTS', '* 1 FETCH (UID 4)', '* 1 EXPUNGE'], truth);
    expect(() => truth.checkPresence([])).toThrow(/nobody took it out/);
    expect(() => viewOf(['* 1 EXISTS', '* 1 FETCH (UID 4)'], truth)).toThrow(/was expunged before/);
  });

  it('finds a UID that is used twice', () => {
    const truth = new MailboxTruth('INBOX');
    truth.created(4, 'a', 3);
    expect(() => truth.created(4, 'b', 3)).toThrow(/UID 4 is b and was a/);
    expect(() => truth.created(3, 'c', 4)).toThrow(/not above/);
  });

  it('finds a change of flags that nobody asked for', () => {
    const truth = new MailboxTruth('INBOX');
    truth.reported(4, 10, '');
    truth.reported(4, 11, '\\flagged');
    truth.message(4).operations.push({ change: 'add', flags: ['\\Flagged'], modseq: 11 });
    expect(() => truth.checkHistories()).not.toThrow();
    truth.reported(4, 12, '\\seen');
    truth.message(4).operations.push({ change: 'add', flags: ['\\Seen'], modseq: 12 });
    expect(() => truth.checkHistories()).toThrow(/nobody asked for/);
  });

  it('finds an acknowledged message that is nowhere, other octets, and what was cut off', () => {
    const truth = new AccountTruth(['INBOX', 'Luu']);
    const octets = 'X-Token: a\r\n\r\nmột\r\n';
    truth.sent.set('a', { octets, isForbidden: false, isAcknowledged: true, isAstray: false });
    const inbox = truth.mailbox('INBOX');
    inbox.created(1, 'a', 0);
    expect(() => truth.checkNothingLost(new Map([['INBOX', [1]]]))).not.toThrow();
    expect(() => truth.checkNothingLost(new Map([['INBOX', []]]))).toThrow(/in no mailbox/);
    expect(() => truth.checkBody(inbox, 1, octets.replace('m', 'n'))).toThrow(/octets/);
    truth.sent.set('b', { octets, isForbidden: true, isAcknowledged: false, isAstray: false });
    expect(() => truth.checkBody(inbox, 2, 'X-Token: b\r\n\r\n')).toThrow(/cut off/);
  });
});
