/** The shipped measurement of every method on every task: see `report.ts`. */
import type { MethodsReport } from './report.ts';
import report from './methods.json' with { type: 'json' };

export const METHODS_REPORT = report as MethodsReport;
