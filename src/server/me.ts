import type { Hub } from '#app/hub.ts';
import { isAdministrator, primaryPosition, type Actor } from '#domain/access/actor.ts';
import { mayIssue, mayIssueToEveryone } from '#domain/access/policy.ts';
import type { MeView } from '#protocol/view.ts';

export function meOf(actor: Actor, hub: Hub): MeView {
  const position = primaryPosition(actor);
  return {
    accountId: actor.accountId,
    address: actor.address,
    name: actor.name,
    title: position?.title ?? '',
    unit: position?.unitName ?? actor.unitName ?? '',
    locale: actor.locale,
    mayIssue: mayIssue(actor),
    mayIssueToEveryone: mayIssueToEveryone(actor),
    administrator: isAdministrator(actor),
    simulated: hub.simulated,
    rehearsal: hub.rehearsal,
  };
}
