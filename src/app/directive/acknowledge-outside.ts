import { HubError } from '#domain/hub-error.ts';
import type { OutsideStanding, OutsideWay } from '#app/ports/outside-recipients.ts';
import { isOutsideToken, readOutsideToken } from './outside-token.ts';
import type { OutsidePorts } from './send-outside.ts';

type TokenPorts = Pick<OutsidePorts, 'outside' | 'tokenKeys' | 'clock' | 'committed'>;

/**
 * What a token is for. One that is forged, foreign or expired is as one that never was. Throws `not_found`. Changes
 * nothing: programs that look at links in mail acknowledge nothing.
 */
export async function readOutside(ports: TokenPorts, token: string): Promise<OutsideStanding> {
  const read = readOutsideToken(token);
  const standing = read === undefined ? undefined : await ports.outside.standing(read.recipientId);
  if (standing === undefined) throw new HubError('not_found');
  const { id, directiveId, contentHash, address } = standing;
  const subject = { recipientId: id, directiveId, contentHash, address };
  if (!isOutsideToken(ports.tokenKeys, token, subject, ports.clock.now())) throw new HubError('not_found');
  return standing;
}

/**
 * The recipient outside acknowledges; again is harmless and keeps the first time. Throws `not_found`,
 * `directive_already_closed`.
 */
export async function acknowledgeOutside(ports: TokenPorts, token: string): Promise<OutsideStanding> {
  const standing = await readOutside(ports, token);
  await acknowledge(ports, standing, 'link');
  return readOutside(ports, token);
}

/** Throws `directive_already_closed`. */
export async function acknowledge(
  ports: Pick<TokenPorts, 'outside' | 'clock' | 'committed'>,
  standing: OutsideStanding,
  via: OutsideWay,
): Promise<void> {
  if (standing.acknowledgedAt !== undefined) return;
  if (standing.state !== 'issued') throw new HubError('directive_already_closed');
  const at = ports.clock.now();
  const { directiveId, address, issuerAccountId, issuerPositionId } = standing;
  await ports.outside.transaction(async (tx) => {
    if (!(await tx.acknowledgeOutside(standing.id, at, via))) return;
    const receiptAt = at.toISOString();
    await tx.record(
      [
        {
          type: 'outside.acknowledged',
          directiveId,
          address,
          via,
          issuerAccountId,
          issuerPositionId,
          receiptAt,
        },
      ],
      at,
    );
  });
  ports.committed();
}
