export { MetricsScraper } from './scraper.js';
export type { HistoryVitals, MetricSources } from './sources.js';
