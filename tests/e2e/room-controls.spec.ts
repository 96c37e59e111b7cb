/** What a host does to a class at work, as the host and two students see it. */
import type { Page } from '@playwright/test';
import { expectNoViolations } from './support/accessible.ts';
import { createSession, join, startRound } from './support/classroom.ts';
import { expect, test } from './support/test.ts';

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

test('a host pauses the class, puts off the end, hides names and closes a seat (S-15, S-16, S-19, S-21, T-5, T-6)', async ({
  instructor: host,
  person,
}) => {
  await host.setViewportSize({ width: 390, height: 844 });
  const code = await createSession(host);
  const [ann, ben] = [await person('Ann'), await person('Ben')];
  await join(ann, code, 'Ann');
  await join(ben, code, 'Ben');
  await startRound(host);
  await expect(button(ann, 'Run')).toBeEnabled();

  await button(host, 'Eyes up').click();
  await expect(ann.getByText('Eyes up: your instructor has paused the class')).toBeVisible();
  await expect(button(ann, 'Run')).toBeDisabled();
  await expectNoViolations(ann);
  await expectNoViolations(host);
  await button(host, 'Resume').click();
  await expect(button(ann, 'Run')).toBeEnabled();

  await button(host, '+5 min').click();
  await expect(ann.getByText(/^[45]:\d\d/)).toBeVisible();

  await host.getByRole('switch', { name: 'Hide names from the class', exact: true }).click();
  const screen = await host.context().newPage();
  await screen.goto(`/host/${code}/screen`);
  await expect(screen.getByText(code).first()).toBeVisible();
  await expect(screen.getByText('Ben', { exact: true })).toHaveCount(0);
  await expect(host.getByText(/Ben.*Student 2/).first()).toBeVisible();

  await host.getByRole('button', { name: /^Ben, / }).click();
  await host.getByText('Rename or remove Ben').click();
  await button(host, 'Remove Ben').click();
  await expect(
    ben.getByText('Your instructor has closed your seat in this session.'),
  ).toBeVisible();
  await expect(host.getByRole('list', { name: 'Removed students' })).toContainText('Ben');
  await expect(button(host, 'Remove Ben')).toHaveCount(0);
  await expect(button(ann, 'Run')).toBeEnabled();
  await expectNoViolations(host);
});
