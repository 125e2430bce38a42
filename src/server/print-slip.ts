import type { DocumentDetail } from '#app/ports/documents.ts';
import { escapeXml } from '#lib/escape-xml.ts';
import { circulationMarks } from '#domain/document/document.ts';
import { provinceDay } from '#domain/document/province-day.ts';

const style = `@page { size: A4; margin: 20mm; }
body { font-family: 'Times New Roman', 'Liberation Serif', serif; font-size: 13pt; color: #000; }
h1 { font-size: 15pt; text-align: center; } h2 { font-size: 13pt; margin: 14pt 0 4pt; }
p { margin: 3pt 0; white-space: pre-line; } .organ { text-transform: uppercase; font-weight: bold; }
.line { border-bottom: 1px dotted #000; min-height: 18pt; }`;

const roleWords = { lead: 'Chủ trì', coord: 'Phối hợp', info: 'Để biết' } as const;

/**
 * Phiếu giải quyết văn bản đến (Decree 30/2020, Appendix IV): what the leader decides, what the head of the unit does
 * with it, and what the solver proposes; filled in as far as it has come, dotted where it has not.
 */
export function processingSlip({
  document,
  steps,
  assignees,
  organName,
}: DocumentDetail & { readonly organName: string }): string {
  const line = (label: string, text: string | undefined) =>
    `<p class="${text === undefined ? 'line' : ''}">${escapeXml(label)}: ${escapeXml(text ?? '')}</p>`;
  const opinions = steps.filter(({ act }) => act === 'assign');
  const progress = steps.filter(({ act }) => act === 'process' || act === 'close');
  const words = (all: typeof steps) =>
    all.length === 0
      ? '<p class="line"></p>'
      : all
          .map(
            ({ at, byName, byTitle, note }) =>
              `<p>${escapeXml(note ?? '')}\n${escapeXml(`${byTitle} ${byName}, ngày ${dayWords(provinceDay(at))}`)}</p>`,
          )
          .join('');
  const assigned = assignees
    .map(({ role, name, dueOn }) =>
      line(roleWords[role], `${name}${dueOn === undefined ? '' : `, hạn ${dayWords(dueOn)}`}`),
    )
    .join('');
  const stamp = `Số đến: ${document.arrivalNumber ?? ''}${document.arrivedAt === undefined ? '' : `, ngày ${dayWords(provinceDay(document.arrivedAt))}`}`;
  return `<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Phiếu giải quyết văn bản đến</title>
<style>${style}</style></head><body><p class="organ">${escapeXml(organName)}</p><h1>PHIẾU GIẢI QUYẾT VĂN BẢN ĐẾN</h1>
<p>${escapeXml(stamp)}</p>${line('Văn bản', `${document.typeName} ${document.symbol ?? ''} ${document.issuedOn === undefined ? '' : `ngày ${dayWords(document.issuedOn)}`} của ${document.issuerName}`)}
${line('Trích yếu', document.subject)}${document.circulation === 'none' ? '' : line('Phạm vi lưu hành', circulationMarks[document.circulation])}
<h2>1. Ý kiến của lãnh đạo cơ quan, tổ chức</h2>${words(opinions)}${assigned}
<h2>2. Ý kiến của lãnh đạo đơn vị</h2><p class="line"></p><p class="line"></p>
<h2>3. Ý kiến đề xuất của người giải quyết</h2>${words(progress)}</body></html>
`;
}

function dayWords(day: string): string {
  return day.split('-').toReversed().join('/');
}
