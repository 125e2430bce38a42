import { issuerRooms } from '#domain/event.ts';

/** As whom an event is looked at. */
export interface Viewer {
  readonly accountId: string;
  readonly rooms: ReadonlySet<string>;
}

export function hearsAsIssuer(
  viewer: Viewer,
  issuerAccountId: string,
  issuerPositionId: string | undefined,
): boolean {
  return issuerRooms(issuerAccountId, issuerPositionId).some((room) => viewer.rooms.has(room));
}
