import type { IncomingFields } from '#domain/document/incoming-fields.ts';
import { fqdnOf } from './demo-ids.ts';
import { clerkMailbox } from './well-known.ts';

/** A document that came in, as the clerk of an organ registers it, and how far it has come. */
export interface DemoIncoming {
  readonly clerkAddress: string;
  readonly fields: IncomingFields;
  readonly closed: boolean;
}

const organs = ['vpubnd', 'stttt', 'phanthiet'];

type Words = Pick<IncomingFields, 'issuerName' | 'symbol' | 'typeCode' | 'subject' | 'urgency'>;

/** Fictional, like everything of the demo. */
const words: readonly (Words & { readonly closed?: boolean })[] = [
  {
    issuerName: 'Văn phòng Chính phủ',
    symbol: '2871/VPCP-KTN',
    typeCode: 'CV',
    subject: 'V/v bảo đảm nước sinh hoạt trong mùa khô',
    urgency: 'khan',
  },
  {
    issuerName: 'Bộ Thông tin và Truyền thông',
    symbol: '145/BTTTT-THH',
    typeCode: 'CV',
    subject: 'V/v rà soát kết nối mạng của các cơ quan',
    urgency: 'normal',
  },
  {
    issuerName: 'Bộ Nội vụ',
    symbol: '32/TB-BNV',
    typeCode: 'TB',
    subject: 'Thông báo kết quả kiểm tra công tác văn thư',
    urgency: 'normal',
    closed: true,
  },
];

/** A few in the registers of three organs; those of a smaller province that are not there are left out. */
export function demoIncoming(addresses: ReadonlySet<string>): DemoIncoming[] {
  return organs
    .map((organ) => `${clerkMailbox}@${fqdnOf(organ)}`)
    .filter((address) => addresses.has(address))
    .flatMap((clerkAddress) =>
      words.map(({ closed = false, ...fields }) => ({
        clerkAddress,
        fields: { ...fields, circulation: 'none' as const },
        closed,
      })),
    );
}
