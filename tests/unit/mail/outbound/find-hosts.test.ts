import { describe, expect, it } from 'vitest';
import { findHosts, hostsNamed } from '#mail/outbound/find-hosts.ts';

interface Zone {
  readonly mx?: readonly { exchange: string; preference: number }[] | Error;
  readonly addresses?: Readonly<Record<string, readonly string[] | Error>>;
}

function options({ mx = [], addresses = {} }: Zone, own: readonly string[] = []) {
  let draw = 1;
  return {
    resolver: {
      mx: async () => {
        if (mx instanceof Error) throw mx;
        return mx;
      },
      addresses: async (name: string) => {
        const found = addresses[name] ?? [];
        if (found instanceof Error) throw found;
        return found;
      },
      txt: async () => [],
    },
    port: 25,
    hostsMax: 3,
    addressesMax: 20,
    isOwnAddress: (address: string) => own.includes(address),
    // Falls, so that equal ones come in reverse.
    random: () => (draw -= 0.1),
  };
}

async function addressesFor(zone: Zone, own?: readonly string[]): Promise<unknown> {
  const found = await findHosts('bo.example', options(zone, own));
  return found.kind === 'hosts' ? found.hosts.map(({ address }) => address) : found;
}

const mx = (exchange: string, preference: number) => ({ exchange, preference });
const threeHosts = {
  mx: [mx('c.example.', 30), mx('a.example', 10), mx('b.example', 20)],
  addresses: {
    'a.example': ['2001:db8::1', '192.0.2.1'],
    'b.example': ['192.0.2.2'],
    'c.example': ['192.0.2.3'],
  },
};

describe('findHosts', () => {
  it('F15 takes MX by preference, every address of each', async () => {
    expect(await addressesFor(threeHosts)).toEqual(['2001:db8::1', '192.0.2.1', '192.0.2.2', '192.0.2.3']);
  });

  it('F15 draws the order of MX that are equal', async () => {
    const equal = { ...threeHosts, mx: [mx('b.example', 10), mx('c.example', 10)] };
    expect(await addressesFor(equal)).toEqual(['192.0.2.3', '192.0.2.2']);
  });

  it('F15 takes the address of the domain where there is no MX', async () => {
    expect(await addressesFor({ addresses: { 'bo.example': ['192.0.2.9'] } })).toEqual(['192.0.2.9']);
  });

  it('F15 fails with 5.1.10 for a null MX', async () => {
    expect(await addressesFor({ mx: [mx('.', 0)] })).toMatchObject({ kind: 'failed', status: '5.1.10' });
  });

  it('F15 fails with 5.1.2 for a domain that is not there, and for MX without address', async () => {
    expect(await addressesFor({})).toMatchObject({ kind: 'failed', status: '5.1.2' });
    expect(await addressesFor({ mx: [mx('a.example', 1)] })).toMatchObject({
      kind: 'failed',
      status: '5.1.2',
    });
  });

  it('F15 defers with 4.4.3 when the DNS gives no answer', async () => {
    const late = new Error('timeout');
    const deferred = { kind: 'deferred', status: '4.4.3' };
    expect(await addressesFor({ mx: late })).toMatchObject(deferred);
    expect(await addressesFor({ mx: [mx('a.example', 1)], addresses: { 'a.example': late } })).toMatchObject(
      deferred,
    );
  });

  it('F15 goes to the hosts that answered when the DNS knows only some', async () => {
    const addresses = { ...threeHosts.addresses, 'a.example': new Error('timeout') };
    expect(await addressesFor({ ...threeHosts, addresses })).toEqual(['192.0.2.2', '192.0.2.3']);
  });

  it('S18 goes only to hosts better than ourselves, and fails with 5.4.6 where there is none', async () => {
    expect(await addressesFor(threeHosts, ['192.0.2.2'])).toEqual(['2001:db8::1', '192.0.2.1']);
    expect(await addressesFor(threeHosts, ['192.0.2.1'])).toMatchObject({ kind: 'failed', status: '5.4.6' });
  });

  it('asks for no more hosts than the limit', async () => {
    const many = Array.from({ length: 9 }, (_, at) => mx(`h${at}.example`, at));
    const addresses = Object.fromEntries(many.map(({ exchange }, at) => [exchange, [`192.0.2.${at}`]]));
    expect(await addressesFor({ mx: many, addresses })).toHaveLength(3);
  });

  it('sends nothing to an address in the place of a domain', async () => {
    expect(await findHosts('127.0.0.1', options({}))).toMatchObject({ kind: 'failed', status: '5.1.2' });
    expect(await findHosts('[127.0.0.1]', options({}))).toMatchObject({ kind: 'failed', status: '5.1.2' });
  });
});

describe('hostsNamed', () => {
  it('takes an address as it is and defers for a name that is not there', async () => {
    expect(await hostsNamed('127.0.0.1', options({}))).toMatchObject({
      kind: 'hosts',
      hosts: [{ address: '127.0.0.1', port: 25 }],
    });
    expect(await hostsNamed('relay.example', options({}))).toMatchObject({
      kind: 'deferred',
      status: '4.4.3',
    });
  });
});
