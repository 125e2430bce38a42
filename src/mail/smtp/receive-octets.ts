import type { Readable } from 'node:stream';
import { createOctetCheck, type OctetFault } from './octet-check.ts';
import {
  type BytesBudget,
  createOctetCollector,
  type CollectorFault,
  type OctetCollector,
} from './octet-collector.ts';
import type { SmtpLimits } from './smtp-limits.ts';
import { SmtpRefusal } from './smtp-refusal.ts';

/** The client went away before its message was whole: there is nobody to answer. */
export class ConnectionLost extends Error {
  constructor() {
    super('the connection was lost in the middle of a message');
    this.name = 'ConnectionLost';
  }
}

/** A message as it was received; its memory counts until `release`. */
export interface ReceivedOctets {
  readonly bytes: Buffer;
  release(): void;
}

/**
 * Reads the message of DATA. Throws `SmtpRefusal` for octets that would end it elsewhere (S1), for its size (S12) and
 * when memory is used up; `ConnectionLost`.
 */
export function receiveOctets(
  stream: Readable,
  limits: SmtpLimits,
  budget: BytesBudget,
): Promise<ReceivedOctets> {
  const check = createOctetCheck(limits.dataLineBytesMax);
  const collector = createOctetCollector(budget, limits.messageBytesMax);
  const cutAt = limits.messageBytesMax * 1.1;
  return new Promise((resolve, reject) => {
    let settled = false;
    const refuse = (error: Error): void => {
      if (settled) return;
      settled = true;
      collector.release();
      reject(error);
    };
    stream.on('data', (chunk: Buffer) => {
      if (settled) return;
      const fault = check.push(chunk);
      collector.push(chunk);
      if (fault) refuse(octetRefusal(fault));
      else if (collector.received > cutAt) refuse(new SmtpRefusal(tooLarge, 'cut'));
    });
    stream.on('end', () => {
      if (settled) return;
      const fault = check.end();
      if (fault) refuse(octetRefusal(fault));
      else if (collector.fault) refuse(collectorRefusal(collector.fault));
      else {
        settled = true;
        resolve(received(collector));
      }
    });
    stream.on('error', () => refuse(new ConnectionLost()));
    stream.on('close', () => refuse(new ConnectionLost()));
  });
}

function received(collector: OctetCollector): ReceivedOctets {
  return { bytes: collector.bytes(), release: () => collector.release() };
}

const tooLarge = { code: 552, status: '5.3.4', text: 'The message is too large' } as const;

function octetRefusal(fault: OctetFault): SmtpRefusal {
  switch (fault) {
    case 'bare_octet':
      return new SmtpRefusal(
        { code: 550, status: '5.6.0', text: 'The message holds a bare CR, a bare LF or NUL' },
        'close',
      );
    case 'long_line':
      return new SmtpRefusal(
        { code: 550, status: '5.6.0', text: 'The message holds a line that is too long' },
        'close',
      );
  }
}

function collectorRefusal(fault: CollectorFault): SmtpRefusal {
  switch (fault) {
    case 'too_large':
      return new SmtpRefusal(tooLarge);
    case 'over_budget':
      return new SmtpRefusal({
        code: 452,
        status: '4.3.1',
        text: 'Too many messages at once; try again later',
      });
  }
}
