// The library's picture writer: loaded when a picture is saved, since most visits save none.
export { renderPng } from 'mandoline';
