// The library's writer of pictures: loaded when a picture is saved, since most visits save none.
export { renderPng } from 'mandoline';
