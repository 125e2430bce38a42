import type { WorkReads } from '#app/ports/work-reads.ts';
import type { Database } from '#store/database.ts';
import { listAssignments } from './list-assignments.ts';
import { readTimeline } from './read-timeline.ts';

export function createWorkReads(database: Database): WorkReads {
  return {
    assignments: (actor, filter, page) => listAssignments(database, actor, filter, page),
    timeline: (directive, page) => readTimeline(database, directive, page),
  };
}
