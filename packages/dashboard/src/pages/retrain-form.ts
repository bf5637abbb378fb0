import { type Html, html } from '../view/html.ts';
import { deedDetails, deedForm } from '../view/parts.ts';

/** Starts a retraining at once. */
export const retrainForm = (pipelines: readonly string[], back: string): Html =>
  deedDetails(
    'retrain',
    'Retrain now…',
    deedForm(
      '/retrain',
      back,
      html`<div class="line">
<label>Pipeline<select name="pipeline">${pipelines.map((name) => html`<option>${name}</option>`)}</select></label>
<label>Start<select name="start"><option value="">as the config says</option><option value="warm">from the champion’s weights</option><option value="cold">afresh</option></select></label>
<button>Retrain</button></div>`,
    ),
  );
