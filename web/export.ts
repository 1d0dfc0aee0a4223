// Saves a picture of any size: streamed from the workers to a file, with progress and cancellation.

import { inPixels, parseScene, type Scene, SceneError, type ViewScene } from 'mandoline';
import { nearestName } from './address.js';
import { widthOf } from './depth.js';
import { button, element, input, say, select } from './elements.js';
import { markRight, markWrong } from './fields.js';
import { makeFrame } from './frame.js';
import { reasonOf } from './lacking.js';
import { wholePool } from './pools.js';

interface SaveFilePicker {
  showSaveFilePicker?(
    options: object,
  ): Promise<{ createWritable(): Promise<WritableStream & { abort(): Promise<void> }> }>;
}

/** Such as `mandelbrot-x5714-3840x2160.png`. */
function nameOf(scene: ViewScene): string {
  const { columns, rows } = scene.view;
  const times = 4 / widthOf(scene);
  const name = nearestName(scene).replace(/[^a-z-]/g, '') || 'formula';
  const zoom =
    times < 2 ? '' : `-x${times < 1e6 ? Math.round(times) : times.toExponential(0).replace('+', '')}`;
  return `${name}${zoom}-${columns}x${rows}.png`;
}

export function makeExport(scene: () => ViewScene, workers: () => number) {
  const dialog = element('export', HTMLDialogElement);
  const progress = element('export-progress', HTMLProgressElement);
  const error = element('export-error', HTMLParagraphElement);
  let controller: AbortController | undefined;

  const fields = { 'view.columns': input('export-width'), 'view.rows': input('export-height') };
  for (const field of Object.values(fields)) field.addEventListener('input', () => markRight(field));
  const frame = makeFrame(scene);
  const copy = button('export-copy');
  copy.hidden = typeof ClipboardItem === 'undefined';

  const wanted = (): Scene => {
    const [columns, rows] = Object.values(fields).map(({ valueAsNumber }) => valueAsNumber);
    const sized = inPixels(scene(), columns!, rows!);
    const { samples: _, ...view } = sized.view;
    const samples = Number(select('export-samples').value);
    return parseScene({ ...sized, view: samples > 1 ? { ...view, samples } : view });
  };

  async function save(isCopied: boolean): Promise<void> {
    controller = new AbortController();
    progress.hidden = false;
    const { signal } = controller;
    const name = nameOf(wanted() as ViewScene);
    // Separate workers: the page's may be replaced, and these are terminated on cancellation.
    await using pool = wholePool({ workers: workers() });
    signal.addEventListener('abort', () => pool.terminate());
    const { renderPng } = await import('./save.js');
    const bytes = renderPng(wanted(), {
      pool,
      signal,
      onProgress: ({ done, slices }) => {
        progress.value = done / slices;
      },
    });
    if (isCopied) {
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': blobOf(bytes) })]);
      return;
    }
    const picker = (globalThis as SaveFilePicker).showSaveFilePicker;
    // Written straight to the file if the browser supports it; otherwise buffered until complete.
    const file =
      picker && (await picker({ suggestedName: name, types: [{ accept: { 'image/png': ['.png'] } }] }));
    if (file) {
      const stream = await file.createWritable();
      const writer = stream.getWriter();
      try {
        for await (const chunk of bytes) await writer.write(chunk);
        await writer.close();
      } catch (failure) {
        await writer.abort();
        throw failure;
      }
      return;
    }
    const link = document.createElement('a');
    link.href = URL.createObjectURL(await blobOf(bytes));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  /** Reports a size's errors at its field. */
  function fail(failure: Error): void {
    const issues = failure instanceof SceneError ? failure.issues : [];
    const atFields = issues.filter(({ path }) => path in fields);
    for (const { path, accepted } of atFields) markWrong(fields[path as keyof typeof fields], accepted);
    if (atFields.length === 0) say(error, reasonOf(failure));
  }

  /** Saves the picture, or copies it to the clipboard. */
  function begin(isCopied: boolean): void {
    if (controller) return;
    say(error, '');
    save(isCopied)
      .then(() => dialog.close())
      .catch((failure: Error) => {
        if (!controller?.signal.aborted && failure.name !== 'AbortError') fail(failure);
      })
      .finally(() => {
        controller = undefined;
        progress.value = 0;
        progress.hidden = true;
      });
  }
  button('export-start').addEventListener('click', () => begin(false));
  copy.addEventListener('click', () => begin(true));
  const cancel = () => controller?.abort();
  button('export-cancel').addEventListener('click', () => {
    cancel();
    dialog.close();
  });
  dialog.addEventListener('close', cancel);

  return {
    open(): void {
      const { columns, rows } = scene().view;
      for (const field of Object.values(fields)) markRight(field);
      fields['view.columns'].value = String(columns);
      fields['view.rows'].value = String(rows);
      frame.open();
      dialog.showModal();
    },
  };
}

/** The browser stores blobs, and moves large ones to disk. */
async function blobOf(bytes: AsyncIterable<Uint8Array>): Promise<Blob> {
  const chunks: Blob[] = [];
  for await (const chunk of bytes) chunks.push(new Blob([Uint8Array.from(chunk)]));
  return new Blob(chunks, { type: 'image/png' });
}
