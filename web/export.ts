// Saves a picture of any size: streamed from the workers to a file, with progress and cancellation.
import { inPixels, parseScene, type Scene, SceneError, type ViewScene } from 'mandoline';
import { button, element, input, say, select } from './elements.js';
import { markRight, markWrong } from './fields.js';
import { reasonOf } from './lacking.js';
import { wholePool } from './pools.js';

interface SaveFilePicker {
  showSaveFilePicker?(
    options: object,
  ): Promise<{ createWritable(): Promise<WritableStream & { abort(): Promise<void> }> }>;
}

const fileName = 'mandoline.png';

export function makeExport(scene: () => ViewScene, workers: () => number) {
  const dialog = element('export', HTMLDialogElement);
  const progress = element('export-progress', HTMLProgressElement);
  const error = element('export-error', HTMLParagraphElement);
  let controller: AbortController | undefined;

  const fields = { 'view.columns': input('export-width'), 'view.rows': input('export-height') };
  for (const field of Object.values(fields)) field.addEventListener('input', () => markRight(field));

  const wanted = (): Scene => {
    const [columns, rows] = Object.values(fields).map(({ valueAsNumber }) => valueAsNumber);
    const sized = inPixels(scene(), columns!, rows!);
    const { samples: _, ...view } = sized.view;
    const samples = Number(select('export-samples').value);
    return parseScene({ ...sized, view: samples > 1 ? { ...view, samples } : view });
  };

  async function save(): Promise<void> {
    controller = new AbortController();
    const { signal } = controller;
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
    const picker = (globalThis as SaveFilePicker).showSaveFilePicker;
    // Written straight to the file if the browser supports it; otherwise buffered until complete.
    const file =
      picker && (await picker({ suggestedName: fileName, types: [{ accept: { 'image/png': ['.png'] } }] }));
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
    // The browser stores blobs, and moves large ones to disk.
    const chunks: Blob[] = [];
    for await (const chunk of bytes) chunks.push(new Blob([Uint8Array.from(chunk)]));
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob(chunks, { type: 'image/png' }));
    link.download = fileName;
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

  button('export-start').addEventListener('click', () => {
    if (controller) return;
    say(error, '');
    save()
      .then(() => dialog.close())
      .catch((failure: Error) => {
        if (!controller?.signal.aborted && failure.name !== 'AbortError') fail(failure);
      })
      .finally(() => {
        controller = undefined;
        progress.value = 0;
      });
  });
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
      dialog.showModal();
    },
  };
}
