import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectNoAxeFaults } from '#support/axe.ts';
import { lineState, openBrowser, signInAt, type TestBrowser } from '#support/browser.ts';
import { leader, official, startTestHub, type TestHub } from '#support/start-test-hub.ts';

const subject = 'Kiểm tra công tác trực ban tuần này';

describe('the page in two browsers', () => {
  let hub: TestHub;
  let leaderBrowser: TestBrowser;
  let officialBrowser: TestBrowser;
  let leaderPage: Page;
  let officialPage: Page;

  beforeAll(async () => {
    hub = await startTestHub();
    [leaderBrowser, officialBrowser] = await Promise.all([openBrowser(hub.url), openBrowser(hub.url)]);
    leaderPage = await signInAt(leaderBrowser, hub.url, leader);
    officialPage = await signInAt(officialBrowser, hub.url, official);
  });

  afterAll(async () => {
    await leaderBrowser?.close();
    await officialBrowser?.close();
    await hub?.remove();
  });

  const row = (page: Page) => page.getByTestId('directive-row').filter({ hasText: subject });

  it('issues in one and shows it in the other without a reload', async () => {
    await expectNoAxeFaults(leaderPage);
    await leaderPage.getByTestId('new-directive').first().click();
    await leaderPage.getByTestId('compose-subject').fill(subject);
    await leaderPage
      .getByTestId('compose-text')
      .fill('Yêu cầu các đơn vị báo cáo tình hình trực ban trước 17 giờ hôm nay.');
    await leaderPage.getByTestId('compose-urgency-hoa_toc').click();
    await leaderPage.getByTestId('compose-recipient-search-lead').fill('so thong tin');
    await leaderPage
      .getByTestId('recipient-option')
      .filter({ hasText: 'Sở Thông tin và Truyền thông' })
      .first()
      .click();
    await leaderPage.getByTestId('compose-issue').click();
    await leaderPage.getByTestId('compose-tick').click();
    await leaderPage.getByTestId('compose-confirm').click();
    await leaderPage.getByTestId('board-acknowledged').waitFor();
    await row(officialPage).waitFor();
    expect(await row(officialPage).count()).toBe(1);
    expect(await officialPage.getByTestId('flash-bar').isVisible()).toBe(true);
  });

  it('counts the acknowledgement on the leader’s board while it is looked at', async () => {
    expect(await leaderPage.getByTestId('board-acknowledged').textContent()).toContain('0/');
    await expectNoAxeFaults(officialPage);
    await row(officialPage).getByTestId('acknowledge-button').click();
    await leaderPage.getByTestId('board-acknowledged').filter({ hasText: '1/' }).waitFor();
    await expectNoAxeFaults(leaderPage);
    // The alert ends everywhere once it is acknowledged.
    await officialPage.getByTestId('flash-bar').waitFor({ state: 'detached' });
  });

  it('says that the line is lost, and catches up when the hub is back', async () => {
    const port = new URL(hub.url).port;
    await hub.kill();
    await lineState(officialPage, 'live').waitFor({ state: 'detached' });
    hub = await startTestHub({ on: hub, env: { HTTP_PORT: port } });
    await lineState(officialPage, 'live').waitFor();
    await lineState(leaderPage, 'live').waitFor();
    expect(await row(officialPage).count()).toBe(1);
    expect(await leaderPage.getByTestId('board-acknowledged').textContent()).toContain('1/');
  });

  it('shows a recall in the other browser', async () => {
    await leaderPage.getByTestId('board-recall').click();
    await leaderPage.getByTestId('recall-reason').fill('Ban hành nhầm đơn vị.');
    await leaderPage.getByTestId('recall-confirm').click();
    await officialPage
      .locator('[data-testid=directive-row][data-state=recalled]')
      .filter({ hasText: subject })
      .waitFor();
  });

  it('asks nobody but the hub for anything, and reports no fault', () => {
    expect(leaderBrowser.outside).toEqual([]);
    expect(officialBrowser.outside).toEqual([]);
    expect([...leaderBrowser.faults, ...officialBrowser.faults]).toEqual([]);
  });
});
