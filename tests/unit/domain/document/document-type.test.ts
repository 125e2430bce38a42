import { describe, expect, it } from 'vitest';
import { copyTypes, documentType, documentTypes, typeCodes } from '#domain/document/document-type.ts';

describe('documentTypes', () => {
  it('are the 29 of Article 7, in the order of Appendix III', () => {
    expect(documentTypes).toHaveLength(29);
    expect(documentTypes.map(({ abbreviation }) => abbreviation ?? '–').join(' ')).toBe(
      'NQ QĐ CT QC QyĐ TC TB HD CTr KH PA ĐA DA BC BB TTr HĐ – CĐ BGN BTT GUQ GM GGT GNP PG PC PB –',
    );
    expect(new Set(typeCodes).size).toBe(32);
  });

  it('know the three copies apart', () => {
    expect(copyTypes.map(({ code }) => code)).toEqual(['SY', 'TrS', 'SL']);
    expect(documentType('SY')).toMatchObject({ name: 'Sao y', isCopy: true });
    expect(documentType('CV')).toEqual({ code: 'CV', name: 'Công văn', isCopy: false });
  });
});
