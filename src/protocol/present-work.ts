import type { MovedAssignment, WorkRecorded } from '#domain/directive/work-event.ts';
import type { WorkChange } from './change.ts';
import { directiveWords, presentAssignment } from './present-assignment.ts';
import { hearsAsIssuer, type Viewer } from './viewer.ts';

/** Work as this viewer may know it: the assignments that the viewer sees, and who did what. */
export function presentWork(event: WorkRecorded, viewer: Viewer): Omit<WorkChange, 'position' | 'at'> {
  const issuer = hearsAsIssuer(viewer, event.issuerAccountId, event.issuerPositionId);
  const seen = event.moved.filter((moved) => issuer || sees(viewer, moved));
  return {
    type: event.type,
    directiveId: event.directiveId,
    directiveState: event.directiveState,
    ...(event.completedAt === undefined ? {} : { completedAt: event.completedAt }),
    assignments: seen.map(({ assignment }) => presentAssignment(assignment, issuer)),
    // Whoever sees none of it is told of the directive's state alone.
    ...(seen.length === 0 ? {} : { record: recordOf(event) }),
    ...(event.directive === undefined ? {} : { directive: directiveWords(event.directive) }),
    recipient: isAdded(event, viewer),
    ...(issuer && event.counts !== undefined ? { board: event.counts } : {}),
  };
}

function recordOf({ record }: WorkRecorded): NonNullable<WorkChange['record']> {
  const { by, text, kind, percent } = record;
  return {
    id: record.id,
    assignmentId: record.assignmentId,
    kind,
    by: {
      name: by.name,
      title: by.title,
      ...(by.onBehalfOf === undefined ? {} : { onBehalfOf: by.onBehalfOf }),
    },
    ...(text === undefined ? {} : { text }),
    ...(percent === undefined ? {} : { percent }),
  };
}

/** Equal for viewers to whom `presentWork` answers the same. */
export function workViewKey(event: WorkRecorded, viewer: Viewer): string {
  const issuer = hearsAsIssuer(viewer, event.issuerAccountId, event.issuerPositionId);
  const seen = event.moved.flatMap((moved, index) => (sees(viewer, moved) ? [index] : []));
  return [issuer ? 'issuer' : '', isAdded(event, viewer) ? 'added' : '', ...seen].join(',');
}

function sees(viewer: Viewer, { assignment, above }: MovedAssignment): boolean {
  return viewer.rooms.has(assignment.room) || above.some((room) => viewer.rooms.has(room));
}

/** Whether the event makes the viewer a recipient. */
function isAdded(event: WorkRecorded, viewer: Viewer): boolean {
  return event.moved.some(
    ({ assignment }) => event.added?.includes(assignment.id) === true && viewer.rooms.has(assignment.room),
  );
}
